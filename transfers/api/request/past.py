"""`as_of=`: the register as it stood at a revision, at the end of a day, or at a time.

Every answer about the past names the revision that it was read at. What revision a day or a time means is
told by the log; before its first entry the register was empty, which is edition 0.
"""

import re
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from transfers.availability import replicas
from transfers.publication import editions
from transfers.publication.editions import Edition

from . import values
from .values import Fault

AS_OF = "as_of"
#: Between a transfer's key and the revision in the address of a version.
AT = "@"
_REVISION = re.compile(r"[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_A_MOMENT = timedelta(microseconds=1)


def is_revision(text: str) -> bool:
    """Whether this is the number of a revision, so that what it means can never change."""
    return _REVISION.fullmatch(text.strip()) is not None


def edition(text: str, newest: Edition) -> Edition:
    """The edition that `as_of=` means; raises Fault for one that never was or is yet to come."""
    if is_revision(text):
        return numbered(int(text), newest)
    time = values.moment(text.strip())
    if not _DAY.fullmatch(text.strip()):
        return _at(time, time)
    try:
        return _at(time, time + timedelta(days=1) - _A_MOMENT)
    except OverflowError:  # the last day that there is
        return _at(time, time)


def since(text: str, newest: Edition) -> Edition:
    """The last edition that `since=` leaves out: the revision itself, all up to a time, or before a day."""
    if is_revision(text):
        return numbered(int(text), newest) if int(text) else Edition()
    time = values.moment(text.strip())
    if not _DAY.fullmatch(text.strip()):
        return _at(time, time)
    return _at(time, max(time, datetime.min.replace(tzinfo=UTC) + _A_MOMENT) - _A_MOMENT)


def numbered(revision: int, newest: Edition) -> Edition:
    """The edition of this revision; raises Fault where there is none."""
    if revision > newest.sequence:
        replicas.ask_another()
    if not 1 <= revision <= newest.sequence:
        known = f"they run from 1 to {newest.sequence}" if newest.sequence else "nothing was published yet"
        detail = f"There is no revision {revision}: {known}. A date is written 2026-05-18."
        raise Fault("out_of_range", detail)
    return newest if revision == newest.sequence else editions.get_at_revision(revision)


def _at(asked: datetime, time: datetime) -> Edition:
    now = timezone.now()
    if asked > now:
        raise Fault("out_of_range", f"That time is yet to come: here it is {now:%Y-%m-%dT%H:%M:%SZ}.")
    return editions.get_at_time(time)
