"""The text of an HTML page: its article, without scripts, navigation and what is hidden."""

import re
from typing import Any

from .document import Document, UnreadableDocument

_DROPPED = tuple(
    "script style noscript template nav header footer aside form button iframe object svg canvas"
    " select".split()
)
_BLOCKS = frozenset(
    "address article blockquote body dd div dl dt figcaption figure h1 h2 h3 h4 h5 h6 hr li main ol p pre"
    " section table td th tr ul".split()
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_html(text: str) -> Document:
    """Return the article of the page, or all of its text where it marks none, and what its head says."""
    from lxml import etree, html

    try:
        page = html.document_fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text))
    except (etree.ParserError, ValueError) as error:
        raise UnreadableDocument("The page cannot be read as HTML.") from error
    metadata = _read_metadata(page)
    root = next((node for path in ("//article", "//main", "//body") for node in page.xpath(path)), page)
    headline = next((" ".join(node.text_content().split()) for node in page.xpath("//h1")), "")
    etree.strip_elements(page, etree.Comment, *_DROPPED, with_tail=False)
    for node in page.xpath("//*[@hidden or @aria-hidden='true']"):
        node.drop_tree()
    paragraphs = list(filter(None, (" ".join(part.split()) for part in _list_parts(root))))
    if not paragraphs:
        raise UnreadableDocument(
            "The page has no text. It may need a script to show it; paste the text instead."
        )
    title = headline or metadata["title"]
    if title and title not in paragraphs:
        paragraphs.insert(0, title)
    return Document("\n\n".join(paragraphs) + "\n", **(metadata | {"title": title}))


def _list_parts(root: Any) -> list[str]:
    """Return the text of the blocks under the element, in order; a line break ends no block."""
    parts = [""]
    for event, node in _walk(root):
        if node.tag in _BLOCKS:
            parts.append("")
        elif node.tag == "br":
            parts[-1] += " "
        parts[-1] += (node.text if event == "start" else node.tail if node is not root else "") or ""
    return parts


def _walk(root: Any) -> Any:
    from lxml import etree

    return etree.iterwalk(root, events=("start", "end"), tag="*")


def _read_metadata(page: Any) -> dict[str, str]:
    """Return what the head of the page says of its source."""
    values: dict[str, str] = {}
    for node in page.xpath("//meta[@content]"):
        name = node.get("property") or node.get("name") or node.get("itemprop") or ""
        values.setdefault(name.lower(), " ".join(node.get("content").split()))
    canonical = next(iter(page.xpath("//link[@rel='canonical']/@href")), "")
    title = next((" ".join(node.text_content().split()) for node in page.xpath("//title")), "")
    day = _DAY.search(
        values.get("article:published_time") or values.get("datepublished") or values.get("date", "")
    )
    return {
        "title": values.get("og:title") or title,
        "publisher": values.get("og:site_name", ""),
        "published": day[0] if day else "",
        "url": next((url for url in (canonical, values.get("og:url", "")) if url.startswith("http")), ""),
        "language": (page.get("lang") or "")[:2].lower(),
    }
