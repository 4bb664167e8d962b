"""Web server: gunicorn in one worker process with threads.

The server must break the connection where an answer fails midway. One that ends such an answer in good order,
as some do, would let half an export pass for the whole.
"""

import gc
from contextlib import suppress
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from gunicorn.app.base import BaseApplication
from gunicorn.http.errors import InvalidRequestLine, LimitRequestLine
from gunicorn.util import write_nonblock
from gunicorn.workers.gthread import ThreadWorker

from arms_registry.wsgi import application
from transfers.api.errors import MEDIA_TYPE, problem

THREADS = 4
#: Bytes of a request line: a query of the longest kind and its path.
LONGEST_LINE = 8190


def _freeze(arbiter: Any, worker: Any) -> None:
    """Freeze what was made at the start, so that the garbage collector need not visit it again."""
    gc.collect()
    gc.freeze()


class Worker(ThreadWorker):
    """Worker that answers in a problem document where the server itself refuses a request line."""

    def handle_error(self, req: Any, client: Any, addr: Any, exc: BaseException) -> None:
        refusal = _refuse(exc)
        if refusal is None:
            super().handle_error(req, client, addr, exc)
            return
        self.log.warning("Refused a request from %s: %s", addr and addr[0], refusal.status_code)
        head = f"HTTP/1.1 {refusal.status_code} {refusal.reason_phrase}\r\nConnection: close\r\n"
        head += f"Content-Type: {MEDIA_TYPE}\r\nContent-Length: {len(refusal.content)}\r\n\r\n"
        with suppress(OSError):
            write_nonblock(client, head.encode("latin-1") + refusal.content)


def _refuse(error: BaseException) -> HttpResponse | None:
    """Return what a client can mend of its request line, as a problem document."""
    if isinstance(error, LimitRequestLine):
        return problem(
            414, f"The address has more than {LONGEST_LINE} bytes. Ask with fewer values at a time."
        )
    line = error.req if isinstance(error, InvalidRequestLine) else ""
    address = str(line).split(" ")[1:2]
    if not address or address[0].isascii():
        return None
    encoded = quote(address[0].encode("latin-1"), safe="/?&=%:+,;@!$'()*~[]")
    return problem(
        400, f"The address has letters that are not encoded. Write {encoded}", suggestions=[encoded]
    )


class Server(BaseApplication):
    """gunicorn with this register's settings, at one address."""

    def __init__(self, host: str, port: int):
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.address,
            "worker_class": Worker,
            "limit_request_line": LONGEST_LINE,
            "threads": THREADS,
            "keepalive": 60,
            "graceful_timeout": 5,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_fork": _freeze,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application
