"""Web server: gunicorn in one worker process with threads.

The server must break the connection where an answer fails midway. One that ends such an answer in good order,
as some do, would let half an export pass for the whole.
"""

import gc
from typing import Any

from gunicorn.app.base import BaseApplication

from arms_registry.wsgi import application

THREADS = 4


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
            "worker_class": "gthread",
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
