"""Long work on imports that the admin starts, each job in a process of its own, independent of web workers.

Two small files beside the job's upload describe it: one holds the request, the progress and the outcome; the
job's process locks the other for as long as it runs, however it ends.
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
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import DatabaseError

from transfers.availability.outage import explain_database_error
from transfers.curation import uploads
from transfers.models import ImportBatch
from transfers.publication import log
from transfers.registers.ranges import YearsUnknown
from transfers.registers.reading import read_file
from transfers.registers.reading.records import Unreadable
from transfers.vocabulary.edtf import EDTFError

from . import publishing, report, undo, write

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"
#: What a failed job did not do; each job is one transaction.
NOTHING = {
    "import": "nothing was imported",
    "publish": "nothing was published",
    "undo": "nothing was undone",
}
SHOWN_FAULTS = 5
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """Task, its user and reason, its progress and its outcome.

    For an import also the file, the edition's date and years, and the fingerprint of the plan that the user
    agreed to.
    """

    name: str
    task: str
    user: int
    reason: str
    batch: int | None = None
    file_name: str = ""
    published: str = ""
    years: str = ""
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
    """Reason why a job cannot be done, in one sentence."""


def save_job(job: Job) -> None:
    """Write the job's file as a whole, so that readers see the old state or the new one."""
    report.save(json.dumps(asdict(job)).encode(), uploads.get_path_beside(job.name, ".json"))


def find_job(name: str) -> Job | None:
    """Return the job as it is now, if there is one; it failed if its process ended without an outcome."""
    job = _read_job(name)
    if job and job.state == RUNNING and not _is_alive(name):
        job = _read_job(name)  # it may have ended since the first look
        if job and not job.has_ended:
            return replace(job, state=FAILED, sentence=f"Its process is gone: {NOTHING[job.task]}.")
    return job


def start_job(job: Job) -> bool:
    """Start the job's process, which outlives this one; return False if the job was started before."""
    lock = os.open(uploads.get_path_beside(job.name, ".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        stored = _read_job(job.name)
        if stored and stored.state != WAITING:
            return False
        save_job(replace(job, state=RUNNING))
        _spawn(job.name, lock)
    except BlockingIOError:
        return False
    finally:
        os.close(lock)
    return True


def _spawn(name: str, lock: int) -> None:
    """Start the process with the lock, so that it holds the lock as long as it runs."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "importjob", name],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
        pass_fds=[lock],
    )
    threading.Thread(target=process.wait, daemon=True).start()  # so that it leaves no zombie


def run_job(name: str) -> Job:
    """Do the job in the process that was started for it, store its outcome and return it."""
    job = _read_job(name)
    if job is None or job.state != RUNNING:
        raise Failed("There is no such job to do.")
    try:
        ended = replace(_TASKS[job.task](job, partial(_save_progress, job)), state=DONE)
    except Exception as error:
        ended = replace(job, state=FAILED, sentence=f"{_explain(error, job)} So {NOTHING[job.task]}.")
    save_job(ended)
    if upload := uploads.find_upload(name):
        upload.unlink(missing_ok=True)
    return ended


def _explain(error: Exception, job: Job) -> str:
    """Return what went wrong in sentences, and log what is nobody's mistake."""
    if isinstance(error, log.NotPublishable):
        faults = [f"{key}: {' '.join(sentences)}" for key, sentences in error.faults.items()]
        more = len(faults) - SHOWN_FAULTS
        why = f"{' '.join(faults[:SHOWN_FAULTS])}{f' And {more:,} more.' if more > 0 else ''}"
    elif isinstance(error, (Failed, Unreadable, EDTFError, YearsUnknown, write.Overtaken, undo.NotUndoable)):
        why = str(error)
    else:
        logger.error("The job %s failed.", job.task, exc_info=error)
        if not isinstance(error, DatabaseError):
            return "The program has a fault; the server's log has the details."
        why = explain_database_error(error)
    return f"{why[:1].upper()}{why[1:]}"


def _save_progress(job: Job, step: str, done: int, total: int) -> None:
    save_job(replace(job, step=step, done=done, total=total))


def _import(job: Job, progress: write.Progress) -> Job:
    file = uploads.find_upload(job.name)
    if file is None:
        raise Failed("The file is gone; send it again.")
    done = write.import_register(
        read_file(file),
        file_name=job.file_name,
        reason=job.reason,
        user=_get_user(job),
        published=job.published,
        years=job.years,
        expected=job.expected,
        progress=progress,
    )
    if done.batch is None:
        return replace(job, sentence="Nothing new: the register has all of it.")
    return replace(job, batch=done.batch.pk, sentence=next(report.describe_plan(done.plan)))


def _publish(job: Job, progress: write.Progress) -> Job:
    batch, user = _get_batch(job), _get_user(job)
    if why_not := publishing.explain_refusal(batch, user):
        raise Failed(why_not)
    revisions, edited = publishing.publish_import(batch, job.reason, user, progress)
    sentence = f"{revisions.count():,} revisions published."
    if edited:
        sentence += (
            f" {edited:,} transfers that you edited yourself stay drafts; somebody else must publish them."
        )
    return replace(job, sentence=sentence)


def _undo(job: Job, progress: write.Progress) -> Job:
    progress("Undoing", 0, 0)
    revisions = undo.undo_import(_get_batch(job), job.reason, _get_user(job), progress)
    return replace(
        job, sentence=f"The import is undone; that took {revisions.count():,} revisions in public."
    )


_TASKS: dict[str, Callable[[Job, write.Progress], Job]] = {
    "import": _import,
    "publish": _publish,
    "undo": _undo,
}


def _get_batch(job: Job) -> ImportBatch:
    if batch := ImportBatch.objects.filter(pk=job.batch or 0).first():
        return batch
    raise Failed("The import no longer exists.")


def _get_user(job: Job) -> Any:
    if user := get_user_model().objects.filter(pk=job.user, is_active=True).first():
        return user
    raise Failed("The user who asked for it is no longer active.")


def _read_job(name: str) -> Job | None:
    try:
        return Job(**json.loads(uploads.get_path_beside(name, ".json").read_bytes()))
    except (FileNotFoundError, ValueError):
        return None


def _is_alive(name: str) -> bool:
    """Return whether a process holds the job's lock."""
    try:
        lock = os.open(uploads.get_path_beside(name, ".lock"), os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False
