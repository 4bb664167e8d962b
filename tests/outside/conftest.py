"""The shipped register, served to programs of others."""

import shutil

import pytest

from tests.support.servers import Server, manage


@pytest.fixture(scope="session")
def address(shipped_database, tmp_path_factory):
    """Serve the register with a release; return the address."""
    place = tmp_path_factory.mktemp("served")
    path = shutil.copy(shipped_database, place / "register.sqlite3")
    folders = {"RELEASES_DIR": str(place / "releases")}
    assert manage(path, "release", "2026.1", variables=folders).returncode == 0
    server = Server(path, **folders)
    server.get("/api")
    yield f"http://{server.host}"
    server.stop()
