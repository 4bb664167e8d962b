"""Web server: gunicorn's processes, in each of which waitress has one loop that reads and sends for all.

A request comes to a thread when it is whole, and leaves it when its answer is made. So a reader that is slow,
a request of which half was sent, and a connection that is idle cost a socket and no thread. A file is sent by
the loop, piece by piece, as its reader takes it.

The server must break the connection where an answer fails midway. One that ends such an answer in good order,
as some do, would let half of it pass for the whole.
"""

import gc
import resource
import time
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.http import HttpResponse
from gunicorn.app.base import BaseApplication
from gunicorn.workers.base import Worker as BaseWorker
from waitress import create_server, wasyncore
from waitress.channel import HTTPChannel
from waitress.task import ErrorTask, WSGITask

from arms_registry.wsgi import application
from transfers.api.errors import MEDIA_TYPE, problem
from transfers.availability import replicas

#: Threads of each process: more than may wait for an export (6), send one while it is made (4) and answer
#: long questions (3), so that some are left for small ones.
THREADS = 16
#: Bytes of a request's address and headers, and of a body: a register, a spreadsheet, an article.
LONGEST_HEAD, LARGEST_BODY = 32_000, 256 << 20
#: Connections of a process, and files that it may have open besides.
CONNECTIONS, FILES = 4000, 200
#: Seconds that a connection may be idle, and that a process that ends gives to answers on their way.
IDLE, GRACE = 60, 5


class Refusal(ErrorTask):
    """Answer to what is no request, or too large a one, as a problem document."""

    def execute(self) -> None:
        response = _explain(self.request)
        self.status = f"{response.status_code} {response.reason_phrase}"
        self.response_headers.append(("Content-Type", MEDIA_TYPE))
        self.set_close_on_finish()
        self.content_length = len(response.content)
        self.write(response.content)


def _explain(request: Any) -> HttpResponse:
    error, address = request.error, getattr(request, "request_uri", "")
    if not address.isascii():
        encoded = quote(address.encode("latin-1"), safe="/?&=%:+,;@!$'()*~[]")
        detail = f"The address has letters that are not encoded. Write {encoded}"
        return problem(400, detail, suggestions=[encoded])
    details = {
        413: f"The request has more than {LARGEST_BODY >> 20} MB.",
        431: f"The request's address and headers have more than {LONGEST_HEAD} bytes.",
    }
    return problem(error.code, details.get(error.code, f"This request cannot be read: {error.body}."))


class Task(WSGITask):
    """Answer after which the connection stays open also where it has no body, as a 304 has none."""

    def set_close_on_finish(self) -> None:
        asks_to_close = self.request.headers.get("CONNECTION", "").lower() == "close"
        if self.wrote_header or self.has_body or asks_to_close or self.version != "1.1":
            super().set_close_on_finish()


class Channel(HTTPChannel):
    """Connection whose refusals are problem documents."""

    task_class = Task
    error_task_class = Refusal


class Worker(BaseWorker):
    """Process with waitress at the sockets that gunicorn opened."""

    def run(self) -> None:
        places: dict[int, Any] = {}
        server = create_server(
            self.wsgi, map=places, sockets=[listener.sock for listener in self.sockets], threads=THREADS,
            connection_limit=_allow_connections(), channel_timeout=IDLE, cleanup_interval=5,
            channel_request_lookahead=1,  # so that it is seen when a client leaves
            max_request_header_size=LONGEST_HEAD, max_request_body_size=LARGEST_BODY,
            clear_untrusted_proxy_headers=False, asyncore_use_poll=True, log_socket_errors=False, ident=None,
        )  # fmt: skip
        server.channel_class = Channel
        replicas.get_health().list_healthy()  # which checks them, so that the first reader need not wait
        while self.alive:
            self.notify()
            wasyncore.loop(timeout=0.5, use_poll=True, map=places, count=1)
        server.accepting = False
        until = time.monotonic() + GRACE
        while time.monotonic() < until and any(map(_is_busy, server.active_channels.values())):
            wasyncore.loop(timeout=0.1, use_poll=True, map=places, count=1)
        server.task_dispatcher.shutdown(timeout=0)


def _is_busy(channel: HTTPChannel) -> bool:
    return bool(channel.requests or channel.total_outbufs_len)


def _allow_connections() -> int:
    """Let the process have as many connections as it needs; return how many it may have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + FILES if most == resource.RLIM_INFINITY else min(CONNECTIONS + FILES, most)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    return wanted - FILES


def _freeze(arbiter: Any, worker: Any) -> None:
    """Freeze what was made at the start, so that the garbage collector need not visit it again."""
    gc.collect()
    gc.freeze()


class Server(BaseApplication):
    """gunicorn with this register's settings, at one address."""

    def __init__(self, host: str, port: int):
        self.address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        super().__init__()

    def load_config(self) -> None:
        options: dict[str, Any] = {
            "bind": self.address,
            "worker_class": Worker,
            "workers": settings.WORKERS,
            "graceful_timeout": 2 * GRACE,
            "loglevel": "warning",
            "control_socket_disable": True,
            "post_fork": _freeze,
        }
        for name, value in options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        return application
