"""The admin while the database is away or locked: a page that says so, never a bare fault."""

from contextlib import contextmanager

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import InterfaceError, OperationalError, connection, connections

from transfers.models import Party

pytestmark = pytest.mark.django_db
LOGIN = {"username": "curator", "password": "words"}


@contextmanager
def failing(error, statement=""):
    """Let every statement that starts so fail."""

    def execute(run, sql, parameters, many, context):
        if sql.startswith(statement):
            raise error
        return run(sql, parameters, many, context)

    with connection.execute_wrapper(execute):
        yield


@pytest.mark.parametrize("error", [OperationalError("server closed"), InterfaceError("connection is closed")])
def test_a_page_says_that_the_database_is_away(admin_client, error):
    with failing(error):
        answer = admin_client.get("/admin/transfers/party/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "database is away or busy" in answer.content.decode()


def test_the_answer_shows_nothing_of_the_error(admin_client):
    with failing(OperationalError("host db.internal refused")):
        assert b"db.internal" not in admin_client.get("/admin/").content


def test_the_log_has_the_error(admin_client, caplog):
    with failing(OperationalError("host db.internal refused")):
        admin_client.get("/admin/")
    assert "The database failed: host db.internal refused" in caplog.messages


def test_a_form_that_could_not_be_saved_says_so_and_saves_nothing(admin_client):
    form = {"code": "SRB", "name": "Serbia", "kind": "state", "aliases-TOTAL_FORMS": 0,
            "aliases-INITIAL_FORMS": 0}  # fmt: skip
    with failing(OperationalError("server closed"), "INSERT INTO"):
        answer = admin_client.post("/admin/transfers/party/add/", form)
    assert answer.status_code == 503
    assert "was not saved" in answer.content.decode()
    assert not Party.objects.filter(code="SRB").exists()


def test_a_session_that_cannot_be_saved_after_the_page_is_told_too(admin_client, monkeypatch):
    def refuse(self, must_create=False):
        raise OperationalError("database is locked")

    admin_client.raise_request_exception = False
    monkeypatch.setattr(f"{settings.SESSION_ENGINE}.SessionStore.save", refuse)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.contrib.sessions.middleware.settings.SESSION_SAVE_EVERY_REQUEST", True)
        answer = admin_client.get("/admin/")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@contextmanager
def locked():
    """Another program holds the database, and nobody waits for it for long."""
    other = connections.create_connection("default")
    is_file = connection.vendor == "sqlite"
    short, default = ("PRAGMA busy_timeout = 50", "PRAGMA busy_timeout = 20000")
    if not is_file:
        short, default = ("SET lock_timeout = 50", "SET lock_timeout = 0")
    with connection.cursor() as cursor, other.cursor() as holder:
        cursor.execute(short)
        holder.execute("BEGIN IMMEDIATE" if is_file else "BEGIN")
        if not is_file:
            holder.execute("LOCK TABLE django_session IN EXCLUSIVE MODE")
        try:
            yield
        finally:
            holder.execute("ROLLBACK")
            cursor.execute(default)
            other.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite's sessions are not in the database")
def test_a_login_while_sessions_cannot_be_written_is_told_to_try_again(client):
    User.objects.create_superuser("curator", password="words")
    with locked():
        answer = client.post("/admin/login/", LOGIN)
    assert answer.status_code == 503
    assert client.post("/admin/login/?next=/admin/", LOGIN).status_code == 302


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="a program that writes holds one table only")
class TestImport:
    """While an import holds SQLite's file."""

    @pytest.fixture
    def curator(self):
        return User.objects.create_superuser("curator", password="words")

    def test_people_can_log_in_and_look(self, client, curator):
        with locked():
            assert client.post("/admin/login/?next=/admin/", LOGIN).status_code == 302
            assert client.get("/admin/transfers/party/").status_code == 200

    def test_the_time_of_the_login_is_left_out(self, client, curator):
        with locked():
            client.post("/admin/login/", LOGIN)
        curator.refresh_from_db()
        assert curator.last_login is None

    def test_at_other_times_it_is_noted(self, client, curator):
        client.post("/admin/login/", LOGIN)
        curator.refresh_from_db()
        assert curator.last_login is not None

    def test_a_change_has_to_be_saved_again(self, client, curator):
        client.force_login(curator)
        with locked():
            answer = client.post("/admin/transfers/party/add/", {"code": "SRB", "name": "Serbia"})
        assert answer.status_code == 503
