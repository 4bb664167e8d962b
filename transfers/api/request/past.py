"""`as_of=`: the register as it stood at a revision, at the end of a day, or at a time.

Every answer about the past names the revision that it was read at. The log says which revision was the newest
on a day or at a time; before its first entry the register was empty, which is edition 0.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils import timezone

from transfers.api.errors import BadParameters
from transfers.availability import replicas
from transfers.publication import editions
from transfers.publication.editions import Edition

from . import values
from .values import Fault

AS_OF = "as_of"
SINCE = "since"
#: Between a transfer's key and the revision in the address of a version.
AT = "@"
#: A revision is an early one of a long log if the log is so many times as long, and this long.
EARLY, MANY = 500, 50_000
_REVISION = re.compile(r"[0-9]{1,18}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_A_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Standpoint:
    """Edition that a question is about, and the newest edition.

    `is_pinned`: the question itself says as of when; `is_numbered`: by the number of a revision, which will
    never mean anything else.
    """

    edition: Edition
    newest: Edition
    is_pinned: bool = False
    is_numbered: bool = False

    @property
    def now(self) -> Edition | None:
        """Return the newest edition if the question is about what is published now."""
        return None if self.is_pinned else self.newest

    def select(self, versions: Any, is_exact: bool = False) -> QuerySet:
        """Select what is published now or, if it must be exact, what was published at the edition."""
        if not (is_exact or self.is_pinned):
            return versions.current()
        revision, newest = self.edition.sequence, self.newest.sequence
        # In the order of the keys, few early versions would be looked for among all the others.
        return versions.as_of(revision, few=newest > MANY and newest > revision * EARLY)


def read_standpoint(query: QueryDict, newest: Edition) -> Standpoint:
    """Read the standpoint that `as_of=` gives: the newest edition unless it says another."""
    edition = _read_edition(query, AS_OF, get_edition, newest)
    if edition is None:
        return Standpoint(newest, newest)
    return Standpoint(edition, newest, is_pinned=True, is_numbered=is_revision(str(query[AS_OF])))


def read_since(query: QueryDict, newest: Edition) -> Edition | None:
    """Read the last edition that `since=` leaves out; None without that parameter."""
    return _read_edition(query, SINCE, get_edition_before, newest)


def _read_edition(
    query: QueryDict, parameter: str, get: Callable[[str, Edition], Edition], newest: Edition
) -> Edition | None:
    if parameter not in query:
        return None
    try:
        return get(str(query[parameter]).strip(), newest)
    except Fault as fault:
        raise BadParameters(fault.build_error(parameter)) from fault


def is_revision(text: str) -> bool:
    """Return whether this is the number of a revision, so that its meaning can never change."""
    return _REVISION.fullmatch(text.strip()) is not None


def get_edition(text: str, newest: Edition) -> Edition:
    """Return the edition that `as_of=` means; raise Fault if it never was or is in the future."""
    if is_revision(text):
        return get_numbered_edition(int(text), newest)
    time = values.read_time(text)
    is_day = _DAY.fullmatch(text)
    end = time.replace(hour=23, minute=59, second=59, microsecond=999_999) if is_day else time
    return _get_edition_at(time, end)


def get_edition_before(text: str, newest: Edition) -> Edition:
    """Return the last edition that `since=` leaves out: a revision, that at a time, or that before a day."""
    if is_revision(text):
        return get_numbered_edition(int(text), newest) if int(text) else Edition()
    time = values.read_time(text)
    if not _DAY.fullmatch(text):
        return _get_edition_at(time, time)
    return _get_edition_at(time, max(time, datetime.min.replace(tzinfo=UTC) + _A_MOMENT) - _A_MOMENT)


def get_numbered_edition(revision: int, newest: Edition) -> Edition:
    """Return the edition of this revision; raise Fault if there is none."""
    if revision > newest.sequence:
        replicas.ask_another()
    if not 1 <= revision <= newest.sequence:
        span = f"they run from 1 to {newest.sequence}" if newest.sequence else "nothing was published yet"
        detail = f"There is no revision {revision}: {span}. A date is written 2026-05-18."
        raise Fault("out_of_range", detail)
    return newest if revision == newest.sequence else editions.get_at_revision(revision)


def _get_edition_at(start: datetime, time: datetime) -> Edition:
    now = timezone.now()
    if start > now:
        raise Fault("out_of_range", f"That time is in the future: the time here is {now:%Y-%m-%dT%H:%M:%SZ}.")
    return editions.get_at_time(time)
