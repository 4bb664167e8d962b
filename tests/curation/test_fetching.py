"""Articles fetched from addresses: only public ones, within limits; redirects are checked alike."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from transfers.curation import fetching

PAGES = {
    "/article": (200, b"Six tanks.", {"Content-Type": "text/plain; charset=utf-8"}),
    "/moved": (302, b"", {"Location": "/article"}),
    "/inside": (302, b"", {"Location": "http://10.0.0.1/secret"}),
    "/file": (302, b"", {"Location": "file:///etc/passwd"}),
    "/round": (302, b"", {"Location": "/round"}),
    "/missing": (404, b"", {}),
    "/large": (200, b"x" * 10_100_000, {}),
    "/binary": (200, b"\xff\xfa\xff", {}),
}


class Pages(BaseHTTPRequestHandler):
    """Answers from the table."""

    def do_GET(self):
        status, content, headers = PAGES[self.path]
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def site(monkeypatch):
    """Serve the pages from this machine, whose address counts as public here."""
    server = HTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    is_public = fetching.is_public
    monkeypatch.setattr(fetching, "is_public", lambda address: address == "127.0.0.1" or is_public(address))
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/article", "/moved"])
def test_an_article_is_fetched_also_through_a_redirect(site, path):
    assert fetching.fetch_document(site + path).text == "Six tanks."


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("/inside", "a private network"),
        ("/file", "Only public addresses"),
        ("/round", "leads on to others too often"),
        ("/missing", "answered 404"),
        ("/large", "larger than 10 MB"),
        ("/binary", "cannot be read. The file is not UTF-8"),
    ],
)
def test_what_must_not_or_cannot_be_fetched_is_refused_in_words(site, path, message):
    with pytest.raises(fetching.NotFetched, match=message):
        fetching.fetch_document(site + path)


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.1.2.3", "192.168.1.1", "172.16.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "::1",
     "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "2002:7f00:1::", "64:ff9b::7f00:1",
     "224.0.0.1", "255.255.255.255"],
)  # fmt: skip
def test_no_private_address_is_public(address):
    assert not fetching.is_public(address)


@pytest.mark.parametrize("address", ["8.8.8.8", "2001:4860:4860::8888"])
def test_a_public_address_is(address):
    assert fetching.is_public(address)


@pytest.mark.parametrize(
    "url", ["http://localhost/", "http://127.1/", "http://0x7f000001/", "http://[::1]/", "http://2130706433/"]
)
def test_spellings_of_this_machine_are_refused(url):
    with pytest.raises(fetching.NotFetched):
        fetching.fetch_document(url)


def test_a_host_with_one_private_address_is_refused(monkeypatch):
    entries = [(2, 1, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")]
    monkeypatch.setattr(fetching.socket, "getaddrinfo", lambda *arguments, **options: entries)
    with pytest.raises(fetching.NotFetched, match="private network"):
        fetching.resolve("example.org", 80)


@pytest.mark.parametrize(
    "url", ["ftp://example.org/", "file:///etc/passwd", "https://user:word@example.org/", "x"]
)
def test_other_addresses_are_not_fetched(url):
    with pytest.raises(fetching.NotFetched, match="Only public addresses"):
        fetching.fetch_document(url)
