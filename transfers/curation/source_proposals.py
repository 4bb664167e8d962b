"""Proposals for the source of an article: from the document, its address and its first lines."""

import re
from typing import Any
from urllib.parse import urlsplit

from django.utils.text import slugify

from transfers.evidence.documents import Document
from transfers.evidence.recognition.dates import find_dates
from transfers.models import Source
from transfers.vocabulary.words import fold

#: What a curator may have to say of a new source; the rest can be added on its own page.
FIELDS = ("publisher", "title", "published", "url", "language", "reliability", "key")
_DATE_IN_ADDRESS = re.compile(r"/(\d{4})[/-]?(\d{2})[/-]?(\d{2})(?=\D|$)")
_HEADING = re.compile(r"^#+\s*|\s*#+$")
#: Scripts that are written in few languages here, and the likeliest of them.
_SCRIPTS = (
    ("ru", re.compile("[а-яА-Я]")),
    ("ar", re.compile("[\u0600-\u06ff]")),
    ("he", re.compile("[\u05d0-\u05ea]")),
)
#: Of the first lines of an article, in which its day stands.
LINES = 12
WORDS_OF_KEY = 6


def propose_source(document: Document, address: str = "") -> dict[str, str]:
    """Return a value for each field, empty where nothing says it; a publisher's earlier source helps."""
    url = address or document.url
    earlier = _find_earlier(document.publisher, url)
    publisher = document.publisher or (earlier.publisher if earlier else _get_host(url))
    title = document.title or _find_title(document.text)
    published = document.published or _find_day(document.text, url)
    language = document.language or _guess_language(document.text)
    return {
        "publisher": publisher,
        "title": title[:400],
        "published": published,
        "url": url,
        "language": language,
        "reliability": earlier.reliability if earlier else "",
        "key": propose_key(publisher, published, title),
    }


def propose_key(publisher: str, published: str, title: str) -> str:
    """Return a key that no source has: publisher, date and the first words of the title."""
    words = slugify(title).split("-")[:WORDS_OF_KEY]
    name = slugify(publisher).removeprefix("the-")
    day = re.sub(r"[^0-9-].*", "", published)
    stem = "-".join(filter(None, [name, day, *words]))[:110].strip("-")
    if not stem:
        return ""
    key, number = stem, 1
    while Source.objects.filter(key=key).exists():
        number += 1
        key = f"{stem}-{number}"
    return key


def _find_earlier(publisher: str, url: str) -> Any:
    """Return the newest source of the publisher, or of the same host."""
    sources = Source.objects.order_by("-pk")
    if publisher and (source := sources.filter(publisher__iexact=publisher).first()):
        return source
    host = _get_host(url)
    return sources.filter(url__contains=f"{host}/").first() if host else None


def _get_host(url: str) -> str:
    return (urlsplit(url).hostname or "").removeprefix("www.")


def _find_title(text: str) -> str:
    """Return the first line that has words."""
    lines = (_HEADING.sub("", line.strip()) for line in text.splitlines())
    return next((line for line in lines if fold(line)), "")


def _find_day(text: str, url: str) -> str:
    """Return the day that stands in the address, or in the first lines."""
    if match := _DATE_IN_ADDRESS.search(url):
        return "-".join(match.groups())
    lines = [line for line in text.splitlines() if line.strip()][:LINES]
    values = (value for line in lines for _, _, (value, *_) in find_dates(line, None))
    return next((value for value in values if re.fullmatch(r"\d{4}-\d{2}-\d{2}", value)), "")


def _guess_language(text: str) -> str:
    letters = sum(map(str.isalpha, text)) or 1
    return next((name for name, script in _SCRIPTS if len(script.findall(text)) > letters / 2), "en")
