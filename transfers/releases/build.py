"""Making a release: its folder appears whole or not at all, and its record with it.

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

from transfers.models import Release, Revision

from . import bundle, folders, package
from .folders import Files
from .state import NotReleasable, State, at

#: Letters, digits, and single dots and hyphens between them.
_NAME = re.compile(r"[0-9A-Za-z]+(?:[.-][0-9A-Za-z]+)*")
_LONGEST = 60
#: What an address may end in to name a format, so no release may.
_FORMATS = ("json", "csv", "jsonl", "xlsx", "parquet", "arrow", "txt", "atom", "bib", "csl", "html")


@dataclass(frozen=True)
class Made:
    """A release, what was done for it, and where it is."""

    record: Release
    done: str
    folder: Path


def check_name(name: str) -> None:
    """Raises NotReleasable where this can be no release's name."""
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        raise NotReleasable(
            f"'{name}' cannot name a release: it takes letters, digits, and single dots or hyphens between"
            f" them, at most {_LONGEST} characters; such as 2026.1."
        )
    if name.lower().rpartition(".")[2] in _FORMATS and "." in name:
        raise NotReleasable(f"'{name}' cannot name a release: it ends like the name of a format.")


def folder_of(name: str) -> Path:
    """Where a release is kept."""
    return Path(settings.RELEASES_DIR) / name


def release(name: str, revision: int | None = None) -> Made:
    """Make the release, or make sure that it is there as it is recorded; None: of the newest revision.

    Raises NotReleasable where the name stands for another revision, or for other files.
    """
    check_name(name)
    target = folder_of(name)
    with folders.aside(target.parent) as building:
        record = Release.objects.filter(name=name).first()
        if record is not None:
            return Made(record, _kept(record, revision, target, building), target)
        unrecorded = _unrecorded(target)
        state = at(unrecorded if revision is None and unrecorded is not None else revision)
        files = bundle.write_all(building, name, state, previous(name, state.revision))
        if target.exists():
            _compare(target, files, f"It is not what revision {state.revision} gives, and nothing records it;"
                     " move it away and try again.")  # fmt: skip
        with transaction.atomic():
            record = _record(name, state, files)
            if not target.exists():
                folders.move(building, target)
        return Made(record, "completed" if unrecorded is not None else "made", target)


def write(name: str, revision: int | None, target: Path) -> tuple[State, Files]:
    """Build the bundle into a new folder, without a record; the state that it holds and its files."""
    check_name(name)
    if target.exists() or target.is_symlink():
        raise NotReleasable(f"{target} is there already; name a folder that is not.")
    record = Release.objects.filter(name=name).first()
    state = at(record.revision if record is not None and revision is None else revision)
    with folders.aside(target.absolute().parent) as building:
        files = bundle.write_all(building, name, state, previous(name, state.revision))
        folders.move(building, target)
    return state, files


def previous(name: str, revision: int) -> Release | None:
    """The release of the highest earlier revision, of those that were made before this one."""
    made = Release.objects.filter(revision__lt=revision)
    own = Release.objects.filter(name=name).first()
    if own is not None:
        made = made.filter(pk__lt=own.pk)
    return made.order_by("-revision", "-pk").first()


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


def _kept(record: Release, revision: int | None, target: Path, building: Path) -> str:
    """What was done for a release that is recorded: nothing, or its folder was put back."""
    newest = Revision.objects.order_by("-sequence").values_list("sequence", flat=True).first()
    if (newest if revision is None else revision) != record.revision:
        raise NotReleasable(
            f"The release {record.name} is of revision {record.revision}, and stays so: choose another name,"
            f" or say --revision {record.revision}."
        )
    if target.exists():
        _compare(target, record.files, "It was altered since it was made; move it away and try again.")
        return "unchanged"
    before = previous(record.name, record.revision)
    state = replace(at(record.revision), head=record.head, content=record.content)
    files = bundle.write_all(building, record.name, state, before)
    if faults := differing(files, record.files):
        raise NotReleasable(
            f"The files of release {record.name} are gone, and built anew they would not be the same"
            f" ({'; '.join(faults)}): restore {target} from a backup."
        )
    folders.move(building, target)
    return "restored"


def _compare(target: Path, expected: Files, advice: str) -> None:
    if faults := differing(folders.sums(target), expected):
        raise NotReleasable(f"{target}: {'; '.join(faults)}. {advice}")


def differing(found: Files, expected: Files) -> list[str]:
    """What differs between two sets of files, in words; empty: nothing."""
    faults = []
    for name in sorted(found.keys() | expected.keys()):
        if name not in found:
            faults.append(f"{name} is missing")
        elif name not in expected:
            faults.append(f"{name} does not belong to it")
        elif found[name]["sha256"] != expected[name]["sha256"]:
            faults.append(f"{name} was altered")
    return faults


def _unrecorded(target: Path) -> int | None:
    """The revision of a finished folder that nothing records; None: there is none that says so."""
    try:
        revision = json.loads((target / package.NAME).read_bytes())["revision"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return revision if isinstance(revision, int) else None
