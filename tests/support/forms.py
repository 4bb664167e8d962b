"""Forms as a browser would post them: every field with its value."""

from html.parser import HTMLParser


class _FieldParser(HTMLParser):
    """Parser of the fields of a page's forms, without the empty templates of inlines (`__prefix__`)."""

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


def read_form(answer):
    """Return the fields of the form in a response, by name."""
    parser = _FieldParser()
    parser.feed(answer.content.decode())
    return parser.values


def open_form(client, url):
    """Return the fields of the form at an address, by name."""
    return read_form(client.get(url))
