"""Long work on imports that the admin starts: each job in a process that needs no web worker to live.

A job is told of by two small files beside its upload: one says what is asked, how far it is and how it ended;
the other is locked by the job's process for as long as that lives, whatever ends it.
"""

import fcntl
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError

from transfers.availability.outage import explain_database_error
from transfers.curation import uploads
from transfers.models import ImportBatch
from transfers.publication import log
from transfers.registers.reading import read_file
from transfers.registers.reading.records import Unreadable
from transfers.vocabulary.edtf import EDTFError

from . import publishing, report, undo, write

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
#: What did not happen where a job fails: each is one transaction.
NOTHING = {
    "import": "nothing was imported",
    "publish": "nothing was published",
    "undo": "nothing was undone",
}
_FAULTS = 5
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What is asked, by whom and why; how far it is, and, once it has ended, how.

    An import names its file, the edition's date and the fingerprint of the plan that was agreed to.
    """

    name: str
    task: str
    user: int
    reason: str
    batch: int | None = None
    file_name: str = ""
    published: str = ""
    expected: str = ""
    state: str = WAITING
    step: str = ""
    done: int = 0
    total: int = 0
    sentence: str = ""

    @property
    def has_ended(self) -> bool:
        return self.state in (DONE, FAILED)


class Failed(Exception):
    """Why a job cannot do what is asked, in one sentence."""


def keep(job: Job) -> None:
    """Tell of the job as it is now: whoever reads meanwhile finds the old or the new, whole."""
    report.save(json.dumps(asdict(job)).encode(), uploads.beside(job.name, ".json"))


def find(name: str) -> Job | None:
    """The job as it is now; one whose process is gone without an end has failed. None where there is none."""
    job = _read(name)
    if job and job.state == RUNNING and not _is_alive(name):
        job = _read(name)  # it may have ended between the two looks
        if job and not job.has_ended:
            return replace(job, state=FAILED, sentence=f"Its process is gone: {NOTHING[job.task]}.")
    return job


def start(job: Job) -> bool:
    """Begin the job's process, which no end of this one ends; False where the job was started before."""
    lock = os.open(uploads.beside(job.name, ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        known = _read(job.name)
        if known and known.state != WAITING:
            return False
        keep(replace(job, state=RUNNING))
        _spawn(job.name, lock)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _spawn(name: str, lock: int) -> None:
    """The process inherits the lock, and so holds it from its first moment to its last."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "importjob", name],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[lock],
    )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie


def run(name: str) -> Job:
    """Do the job, in the process that was started for it; how it ended, which is told as well."""
    job = _read(name)
    if job is None or job.state != RUNNING:
        raise Failed("There is no such job to be done.")
    try:
        ended = replace(_TASKS[job.task](job, _teller(job)), state=DONE)
    except log.NotPublishable as error:
        listed = [f"{key}: {' '.join(faults)}" for key, faults in error.faults.items()]
        more = f" And {len(listed) - _FAULTS:,} more." if len(listed) > _FAULTS else ""
        ended = _failed(job, f"{' '.join(listed[:_FAULTS])}{more}")
    except (Failed, Unreadable, EDTFError, write.Overtaken, undo.NotUndoable) as error:
        ended = _failed(job, str(error))
    except DatabaseError as error:
        logger.exception("The job %s failed.", job.task)
        ended = _failed(job, explain_database_error(error))
    except Exception:
        logger.exception("The job %s failed.", job.task)
        ended = _failed(job, "It met a fault of the program; the server's log says which.")
    keep(ended)
    if upload := uploads.find(name):
        upload.unlink(missing_ok=True)
    return ended


def _failed(job: Job, why: str) -> Job:
    said = f"{why[:1].upper()}{why[1:]}"
    return replace(job, state=FAILED, sentence=f"{said} So {NOTHING[job.task]}.")


def _teller(job: Job) -> write.Progress:
    def tell(step: str, done: int, total: int) -> None:
        keep(replace(job, step=step, done=done, total=total))

    return tell


def _import(job: Job, tell: write.Progress) -> Job:
    file = uploads.find(job.name)
    if file is None:
        raise Failed("The file is gone; send it again.")
    done = write.run(
        read_file(file),
        file_name=job.file_name,
        reason=job.reason,
        user=_user(job),
        published=job.published,
        expected=job.expected,
        progress=tell,
    )
    if done.batch is None:
        return replace(job, sentence="Nothing new: the register has all of it.")
    return replace(job, batch=done.batch.pk, sentence=next(report.describe_plan(done.plan)))


def _publish(job: Job, tell: write.Progress) -> Job:
    batch, user = _batch(job), _user(job)
    if why_not := publishing.refusal(batch, user):
        raise Failed(why_not)
    revisions, left = publishing.publish(batch, job.reason, user, tell)
    said = f"{len(revisions):,} revisions published."
    if left:
        said += f" {left:,} transfers that you edited yourself stay drafts; somebody else must publish them."
    return replace(job, sentence=said)


def _undo(job: Job, tell: write.Progress) -> Job:
    tell("Undoing", 0, 0)
    revisions = undo.undo(_batch(job), job.reason, _user(job))
    return replace(job, sentence=f"The import is undone; that took {len(revisions):,} revisions in public.")


_TASKS: dict[str, Callable[[Job, write.Progress], Job]] = {
    "import": _import,
    "publish": _publish,
    "undo": _undo,
}


def _batch(job: Job) -> ImportBatch:
    if found := ImportBatch.objects.filter(pk=job.batch).first():
        return found
    raise Failed("The import is gone.")


def _user(job: Job) -> Any:
    if found := get_user_model().objects.filter(pk=job.user, is_active=True).first():
        return found
    raise Failed("The user who asked for it is no longer active.")


def _read(name: str) -> Job | None:
    try:
        return Job(**json.loads(uploads.beside(name, ".json").read_bytes()))
    except (FileNotFoundError, ValueError):
        return None


def _is_alive(name: str) -> bool:
    """Whether a process holds the job's lock."""
    try:
        lock = os.open(uploads.beside(name, ".lock"), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
