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
FORMATS = {"bib": "application/x-bibtex; charset=utf-8", "csl": "application/vnd.citationstyles.csl+json"}
_LEFT_OUT = (*paging.OF_PAGES, "format", past.AS_OF)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
    "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    **{char: f"\\{char}" for char in "$&#_%"}, "\n": " ", "\r": " ",
})  # fmt: skip


@dataclass(frozen=True)
class Citation:
    """Citation of a part of the register as of a revision, with its address."""

    title: str
    address: str
    edition: Edition
    licence: str

    @property
    def issued(self) -> date | None:
        """Return the day of the revision, in UTC."""
        return self.edition.time.astimezone(UTC).date() if self.edition.time else None

    @property
    def identifier(self) -> str:
        _, _, question = self.address.partition("//")[2].partition("/")  # the same at every host and port
        digest = hashlib.sha256(question.encode()).hexdigest()[:8]
        return f"{NAME.replace('_', '-')}-{self.edition.sequence}-{digest}"

    def __str__(self) -> str:
        day = f" of {self.issued.isoformat()}" if self.issued else ""
        return f"{NAME}, revision {self.edition.sequence}{day}, {self.address}"

    def format_retrieved(self) -> str:
        """Return the citation in one line, with the day of retrieval."""
        today = datetime.now(UTC).date().isoformat()
        return f"{NAME}, revision {self.edition.sequence}, {self.address}, retrieved {today}"

    def write(self, form: str) -> bytes:
        """Write the citation as a file in one of the FORMATS."""
        today = datetime.now(UTC).date()
        return self._write_bibtex(today) if form == "bib" else self._write_csl(today)

    def _write_bibtex(self, today: date) -> bytes:
        fields = {
            "title": f"{{{_escape(self.title)}}}",
            "author": f"{{{_escape(NAME)}}}",
            "howpublished": f"Data set, revision {self.edition.sequence}",
            "version": str(self.edition.sequence),
            "url": self.address,
            "urldate": today.isoformat(),
            "note": f"Licence: {_escape(self.licence)}",
        }
        lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
        if self.issued:
            lines += [f"  year = {{{self.issued.year}}}", f"  month = {_MONTHS[self.issued.month - 1]}"]
        body = ",\n".join(lines)
        return f"@misc{{{self.identifier},\n{body}\n}}\n".encode()

    def _write_csl(self, today: date) -> bytes:
        item: dict[str, Any] = {
            "id": self.identifier,
            "type": "dataset",
            "title": self.title,
            "author": [{"literal": NAME}],
            "version": str(self.edition.sequence),
            "URL": self.address,
            "accessed": _build_date(today),
            "note": f"Licence: {self.licence}",
        }
        if self.issued:
            item["issued"] = _build_date(self.issued)
        return orjson.dumps([item])


def _build_date(day: date) -> dict[str, Any]:
    return {"date-parts": [[day.year, day.month, day.day]]}


def _escape(text: str) -> str:
    return text.translate(_TEX)


def build_citation(
    request: HttpRequest, edition: Edition, form: str, licence: str, takes_as_of: bool
) -> Citation:
    """Build the citation of the question in this format, whatever page of its answer it wants.

    Its address is one for all ways to ask the question. That of a version names its revision itself.
    """
    path = _remove_format(request)
    question = paging.sort_pairs(request.GET, _LEFT_OUT)
    when = str(edition.sequence or request.GET.get(past.AS_OF, ""))
    query = [*question, (past.AS_OF, when)] if takes_as_of and when else question
    suffix = "" if form in ("json", *FORMATS) else f".{form}"
    text = f"?{urlencode(query, safe=',:/')}" if query else ""
    words = f": {', '.join(f'{name}={value}' for name, value in question)}" if question else ""
    title = f"{NAME}: {path.removeprefix('/api').strip('/') or 'api'}{words}"
    return Citation(title, request.build_absolute_uri(f"{path}{suffix}{text}"), edition, licence)


def _remove_format(request: HttpRequest) -> str:
    """Remove the format from the path; there may be other dots in it, as in a release's name."""
    path, match = request.path.rstrip("/"), request.resolver_match
    form = match.kwargs.get("format") if match else None
    return path.removesuffix(f".{form}") if form else path
