"""manage.py serve: bring the database up to date, load the fixtures, and serve the register."""

import argparse
import socket
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError, CommandParser
from django.db import connections

from transfers.management.clear import ClearCommand
from transfers.management.server import Server

WELCOME = """
arms_registry serves at http://{host}:{port}

  ask          curl 'http://{host}:{port}/api/transfers?system=S-400'
  as CSV       curl 'http://{host}:{port}/api/transfers.csv?system=S-400'
  curate       http://{host}:{port}/admin/
  admin user   {python} manage.py createsuperuser

Ctrl-C stops it.
"""


class Command(ClearCommand):
    help = "Migrate, load the fixtures (a curator's edits are kept), and serve."
    requires_system_checks = "__all__"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
        parser.add_argument("--port", type=_port, default=8000, help="port to listen at")

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        _check_free(host, port)
        call_command("migrate", verbosity=0, interactive=False)
        call_command("loadregister", stdout=self.stdout, stderr=self.stderr)
        call_command("clearsessions")  # those that have ended
        self.stdout.write(WELCOME.format(host=host, port=port, python=_python()))
        connections.close_all()  # the server forks, and a connection is one process's
        Server(host, port).run()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text) <= 65535:
        raise argparse.ArgumentTypeError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def _check_free(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({error.strerror}); choose another:"
                f" make run PORT={port % 65535 + 1}"
            ) from error


def _python() -> str:
    return ".venv/bin/python" if (settings.BASE_DIR / ".venv").exists() else "python"
