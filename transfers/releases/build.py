"""Building of a release: its folder appears whole or not at all, and its record with it.

The folder is built aside, then recorded and moved in one transaction. Killed between the move and the
commit, it is there without a record; the next `release` of that name completes it.
"""

import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from transfers.exports.formats import FORMATS
from transfers.models import Release, Revision

from . import bundle, folders, package
from .folders import Files
from .state import NotReleasable, State, get_state

#: Letters, digits, and single dots and hyphens between them.
_NAME = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*")
_LONGEST = 60
#: Formats that an address may end in, so the name of a release must not.
SUFFIXES = {*FORMATS, "json", "txt", "atom", "bib", "csl", "html"}


@dataclass(frozen=True)
class BuiltRelease:
    """Release, what was done for it, and where it is."""

    record: Release
    done: str
    folder: Path


def check_name(name: str) -> None:
    """Raise NotReleasable where a release cannot have this name."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise NotReleasable(
            f"'{name}' cannot name a release: it takes letters, digits, and single dots or hyphens between"
            f" them, at most {_LONGEST} characters; such as 2026.1."
        )
    if "." in name and name.lower().rpartition(".")[2] in SUFFIXES:
        raise NotReleasable(f"'{name}' cannot name a release: it ends like the name of a format.")


def get_folder(name: str) -> Path:
    """Return the folder of a release."""
    return Path(settings.RELEASES_DIR) / name


def release(name: str, revision: int | None = None) -> BuiltRelease:
    """Make the release of a revision (None: the newest), or check that it is there as it is recorded.

    Raise NotReleasable where the name stands for another revision, or for other files.
    """
    check_name(name)
    target = get_folder(name)
    with folders.build_aside(target.parent) as building:
        record = Release.objects.filter(name=name).first()
        if record is not None:
            return BuiltRelease(record, _restore(record, revision, target, building), target)
        unrecorded = _read_revision(target)
        state = get_state(unrecorded if revision is None and unrecorded is not None else revision)
        files = bundle.write_all(building, name, state, get_previous(name, state.revision))
        if target.exists():
            _compare(target, files, f"It is not what revision {state.revision} gives, and nothing records it;"
                     " move it away and try again.")  # fmt: skip
        with transaction.atomic():
            record = _record(name, state, files)
            if not target.exists():
                folders.move(building, target)
        return BuiltRelease(record, "completed" if unrecorded is not None else "made", target)


def write(name: str, revision: int | None, target: Path) -> tuple[State, Files]:
    """Build the bundle into a new folder, without a record; return the state that it holds and its files."""
    check_name(name)
    if target.exists() or target.is_symlink():
        raise NotReleasable(f"{target} is there already; name a folder that is not.")
    record = Release.objects.filter(name=name).first()
    state = get_state(record.revision if record is not None and revision is None else revision)
    with folders.build_aside(target.absolute().parent) as building:
        files = bundle.write_all(building, name, state, get_previous(name, state.revision))
        folders.move(building, target)
    return state, files


def get_previous(name: str, revision: int) -> Release | None:
    """Return the release of the highest earlier revision, of those that were made before this one."""
    earlier = Release.objects.filter(revision__lt=revision)
    own = Release.objects.filter(name=name).first()
    if own is not None:
        earlier = earlier.filter(pk__lt=own.pk)
    return earlier.order_by("-revision", "-pk").first()


def _record(name: str, state: State, files: Files) -> Release:
    return Release.objects.create(
        name=name,
        revision=state.revision,
        created=timezone.now(),
        head=state.head,
        content=state.content,
        digest=files[bundle.SUMS]["sha256"],
        transfers=state.transfers,
        files=files,
    )


def _restore(record: Release, revision: int | None, target: Path, building: Path) -> str:
    """Restore the folder of a recorded release where it is missing; return what was done."""
    newest = Revision.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    if (newest if revision is None else revision) != record.revision:
        raise NotReleasable(
            f"The release {record.name} is of revision {record.revision}, and stays so: choose another name,"
            f" or say --revision {record.revision}."
        )
    if target.exists():
        _compare(target, record.files, "It was altered since it was made; move it away and try again.")
        return "unchanged"
    before = get_previous(record.name, record.revision)
    state = replace(get_state(record.revision), head=record.head, content=record.content)
    files = bundle.write_all(building, record.name, state, before)
    if faults := list_differences(files, record.files):
        raise NotReleasable(
            f"The files of release {record.name} are gone, and built anew they would not be the same"
            f" ({'; '.join(faults)}): restore {target} from a backup."
        )
    folders.move(building, target)
    return "restored"


def _compare(target: Path, expected: Files, advice: str) -> None:
    if faults := list_differences(folders.measure_folder(target), expected):
        raise NotReleasable(f"{target}: {'; '.join(faults)}. {advice}")


def list_differences(actual: Files, expected: Files) -> list[str]:
    """Return what differs between two sets of files, in words."""
    faults = []
    for name in sorted(actual.keys() | expected.keys()):
        if name not in actual:
            faults.append(f"{name} is missing")
        elif name not in expected:
            faults.append(f"{name} does not belong to it")
        elif actual[name]["sha256"] != expected[name]["sha256"]:
            faults.append(f"{name} was altered")
    return faults


def _read_revision(target: Path) -> int | None:
    """Return the revision of a finished folder, or None where there is no such folder."""
    try:
        revision = json.loads((target / package.NAME).read_bytes())["revision"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return revision if isinstance(revision, int) else None
