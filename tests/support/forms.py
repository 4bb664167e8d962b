"""A page's form as a browser would post it: every field with the value it stands at."""

from html.parser import HTMLParser


class _Fields(HTMLParser):
    """The fields of the forms of a page; empty inline templates (`__prefix__`) are left out."""

    def __init__(self):
        super().__init__()
        self.values = {}
        self._select = self._text = None
        self._is_inside = False

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name = attributes.get("name", "")
        if tag == "form":
            self._is_inside = attributes.get("id", "").endswith("_form")
        if not self._is_inside or "__prefix__" in name:
            return
        if tag == "input" and attributes.get("type") not in ("submit", "checkbox", "file"):
            self.values[name] = attributes.get("value", "")
        elif tag == "input" and attributes.get("type") == "checkbox" and "checked" in attributes:
            self.values[name] = attributes.get("value", "on")
        elif tag == "select":
            self._select = name
            self.values.setdefault(name, "")
        elif tag == "option" and self._select and "selected" in attributes:
            self.values[self._select] = attributes.get("value", "")
        elif tag == "textarea":
            self._text = name
            self.values[name] = ""

    def handle_data(self, data):
        if self._text is not None:
            self.values[self._text] += data

    def handle_endtag(self, tag):
        if tag == "textarea" and self._text is not None:
            self.values[self._text] = self.values[self._text].strip()
            self._text = None
        if tag == "select":
            self._select = None


def read(answer):
    """The fields of the form that an answer shows."""
    found = _Fields()
    found.feed(answer.content.decode())
    return found.values


def opened(client, url):
    """The fields of the form at an address."""
    return read(client.get(url))
