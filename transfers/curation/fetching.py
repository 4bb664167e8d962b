"""Articles fetched from public addresses, where the setting ARTICLE_FETCH allows it.

The name is resolved once, each of its addresses must be public, and the connection goes to one of these, so
that the name cannot lead elsewhere meanwhile; each redirect is checked alike. Size and time are limited.
"""

import http.client
import ipaddress
import socket
import ssl
import time
from urllib.parse import urljoin, urlsplit

from transfers.evidence.documents import LARGEST_FILE, Document, UnreadableDocument, read_document

TIMEOUT, LONGEST = 10, 30
MOST_REDIRECTS = 3
_PORTS = {"http": 80, "https": 443}
_REDIRECTS = (301, 302, 303, 307, 308)


class NotFetched(ValueError):
    """Address that was not fetched; the text says why, in one sentence."""


def fetch_document(url: str) -> Document:
    """Return the document at the address; raise NotFetched where it cannot or must not be fetched."""
    ends = time.monotonic() + LONGEST
    for _ in range(MOST_REDIRECTS + 1):
        content, charset, following = _fetch(url, ends)
        if not following:
            try:
                return read_document(content, charset)
            except UnreadableDocument as error:
                raise NotFetched(f"What is at this address cannot be read. {error}") from error
        url = urljoin(url, following)
    raise NotFetched("The address leads on to others too often.")


def _fetch(url: str, ends: float) -> tuple[bytes, str, str]:
    """Return content and encoding, or the address that the answer leads to."""
    parts = urlsplit(url)
    if parts.scheme not in _PORTS or not parts.hostname or parts.username:
        raise NotFetched("Only public addresses that begin with https:// or http:// are fetched.")
    try:
        port = parts.port or _PORTS[parts.scheme]
        connection = _connect(parts.scheme, parts.hostname, port)
        try:
            path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
            connection.request(
                "GET", path, headers={"User-Agent": "arms-registry", "Accept-Encoding": "identity"}
            )
            answer = connection.getresponse()
            if answer.status in _REDIRECTS and answer.headers.get("Location"):
                return b"", "", answer.headers["Location"]
            if answer.status != 200:
                raise NotFetched(f"The server at this address answered {answer.status}.")
            return _read(answer, ends), answer.headers.get_content_charset() or "", ""
        finally:
            connection.close()
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, NotFetched):
            raise
        raise NotFetched("The address cannot be reached. Paste the text instead.") from error


def _read(answer: http.client.HTTPResponse, ends: float) -> bytes:
    content = b""
    while part := answer.read(65_536):
        content += part
        if len(content) > LARGEST_FILE:
            raise NotFetched(f"What is at this address is larger than {LARGEST_FILE // 1_000_000} MB.")
        if time.monotonic() > ends:
            raise NotFetched(f"The server took longer than {LONGEST} seconds.")
    return content


def _connect(scheme: str, host: str, port: int) -> http.client.HTTPConnection:
    """Return a connection to the host, at the address that was checked."""
    address = resolve(host, port)
    connection = http.client.HTTPConnection(host, port, timeout=TIMEOUT)
    connection.sock = socket.create_connection((address, port), timeout=TIMEOUT)
    if scheme == "https":
        connection.sock = ssl.create_default_context().wrap_socket(connection.sock, server_hostname=host)
    return connection


def resolve(host: str, port: int) -> str:
    """Return an address of the host; raise NotFetched unless all of its addresses are public."""
    try:
        entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise NotFetched(f"There is no server named {host}.") from error
    addresses = [str(entry[4][0]) for entry in entries]
    if not all(is_public(address) for address in addresses):
        raise NotFetched("This address leads into a private network, from which nothing is fetched.")
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether the IP address is one of the public Internet, also where it wraps one of version 4."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo and ip.teredo[1])
        if wrapped or ip in ipaddress.ip_network("64:ff9b::/96"):
            return False
    return ip.is_global and not ip.is_multicast
