"""Citations: the question, the revision that answered it, and the address that gives the same again."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import urlencode

import orjson
from django.http import HttpRequest

from transfers.api.request import paging, past
from transfers.publication.editions import Edition

NAME = "arms_registry"
#: Format → media type.
FORMATS = {
    "bib": "application/x-bibtex; charset=utf-8",
    "csl": "application/vnd.citationstyles.csl+json",
}
_LEFT_OUT = (*paging.OF_PAGES, "format", past.AS_OF)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    **{char: f"\\{char}" for char in "{}$&#_%"}, "\n": " ", "\r": " ",
})  # fmt: skip


@dataclass(frozen=True)
class Citation:
    """What is cited: a part of the register as of a revision, and where it is found."""

    title: str
    address: str
    edition: Edition
    licence: str

    @property
    def issued(self) -> date | None:
        """The day of the revision, in UTC."""
        return self.edition.time.astimezone(UTC).date() if self.edition.time else None

    @property
    def identifier(self) -> str:
        digest = hashlib.sha256(self.address.encode()).hexdigest()[:8]
        return f"{NAME.replace('_', '-')}-{self.edition.sequence}-{digest}"

    def __str__(self) -> str:
        of = f" of {self.issued.isoformat()}" if self.issued else ""
        return f"{NAME}, revision {self.edition.sequence}{of}, {self.address}"

    def retrieved(self) -> str:
        """In one line, with the day on which it is asked."""
        today = datetime.now(UTC).date().isoformat()
        return f"{NAME}, revision {self.edition.sequence}, {self.address}, retrieved {today}"

    def written(self, form: str) -> bytes:
        """As a file in one of the FORMATS."""
        today = datetime.now(UTC).date()
        return self._bibtex(today) if form == "bib" else self._csl(today)

    def _bibtex(self, today: date) -> bytes:
        fields = {
            "title": f"{{{_tex(self.title)}}}",
            "author": f"{{{_tex(NAME)}}}",
            "howpublished": f"Data set, revision {self.edition.sequence}",
            "version": str(self.edition.sequence),
            "url": self.address,
            "urldate": today.isoformat(),
            "note": f"Licence: {_tex(self.licence)}",
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
        if self.issued:
            lines += [f"  year = {{{self.issued.year}}}", f"  month = {_MONTHS[self.issued.month - 1]}"]
        body = ",\n".join(lines)
        return f"@misc{{{self.identifier},\n{body}\n}}\n".encode()

    def _csl(self, today: date) -> bytes:
        item: dict[str, Any] = {
            "id": self.identifier,
            "type": "dataset",
            "title": self.title,
            "author": [{"literal": NAME}],
            "version": str(self.edition.sequence),
            "URL": self.address,
            "accessed": _parts(today),
            "note": f"Licence: {self.licence}",
        }
        if self.issued:
            item["issued"] = _parts(self.issued)
        return orjson.dumps([item])


def _parts(day: date) -> dict[str, Any]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _tex(text: str) -> str:
    return text.translate(_TEX)


def of(request: HttpRequest, edition: Edition, form: str, licence: str, takes_as_of: bool) -> Citation:
    """The citation of the question in this format, whatever page of its answer is asked for.

    Its address is one for all ways to ask the question. That of a version says its revision itself.
    """
    path = _without_format(request)
    asked = sorted(pair for pair in paging.pairs(request.GET) if pair[0] not in _LEFT_OUT)
    when = str(edition.sequence or request.GET.get(past.AS_OF, ""))
    query = [*asked, (past.AS_OF, when)] if takes_as_of and when else asked
    suffix = "" if form in ("json", *FORMATS) else f".{form}"
    text = f"?{urlencode(query, safe=',:/')}" if query else ""
    told = f": {', '.join(f'{name}={value}' for name, value in asked)}" if asked else ""
    title = f"{NAME}: {path.removeprefix('/api').strip('/') or 'api'}{told}"
    return Citation(title, request.build_absolute_uri(f"{path}{suffix}{text}"), edition, licence)


def _without_format(request: HttpRequest) -> str:
    """The path as it stands without a format; there may be other dots in it, as in a release's name."""
    path, match = request.path.rstrip("/"), request.resolver_match
    form = match.kwargs.get("format") if match else None
    return path.removesuffix(f".{form}") if form else path
