"""nginx and Caddy before the register, as the documents configure them: TLS, uploads, readers, a cache."""

import getpass
import http.client
import os
import shutil
import ssl
import subprocess
import time
from contextlib import contextmanager

import pytest

from tests.support.servers import ROOT, Server, free_port
from tests.support.shipped import add_copies

HOSTS = ("arms.example.org", "www.arms.example.org")
NGINX = """
user {user}; daemon off; error_log {place}/error.log; pid {place}/pid; worker_processes 1;
events {{}}
http {{
  access_log off;
  client_body_temp_path {place}/body; proxy_temp_path {place}/proxy; fastcgi_temp_path {place}/fastcgi;
  uwsgi_temp_path {place}/uwsgi; scgi_temp_path {place}/scgi;
  include {place}/register.conf;
}}
"""
CADDY = "{\nadmin off\nauto_https disable_redirects\ndefault_sni arms.example.org\n}\n"


def certify(place):
    """Put a certificate of this name, signed by itself, into the folder."""
    sign = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "3650"]
    files = ["-keyout", place / "privkey.pem", "-out", place / "fullchain.pem"]
    subprocess.run([*sign, "-subj", f"/CN={HOSTS[0]}", *files], check=True, capture_output=True)


def adapt(name, changes):
    """Return a configuration of the documents with other places and ports."""
    text = (ROOT / "docs" / "how-to" / name).read_text(encoding="utf-8")
    for old, new in changes.items():
        assert old in text
        text = text.replace(old, new)
    return text


def run_nginx(place, register, port):
    """Start nginx as the documents configure it."""
    changes = {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "server_name arms.example.org": f"server_name {' '.join(HOSTS)}",
        "/etc/ssl/arms.example.org": str(place),
        "/var/cache/nginx/arms_registry": str(place / "cache"),
        "127.0.0.1:8000": register,
    }
    (place / "register.conf").write_text(adapt("nginx.conf", changes))
    (place / "nginx.conf").write_text(NGINX.format(place=place, user=getpass.getuser()))
    return subprocess.Popen([PROGRAMS["nginx"], "-c", place / "nginx.conf"])


def run_caddy(place, register, port):
    """Start Caddy as the documents configure it, with a certificate of our own."""
    sites = ", ".join(f"https://{host}:{port}" for host in HOSTS)
    tls = f"tls {place}/fullchain.pem {place}/privkey.pem"
    changes = {"arms.example.org {": f"{sites} {{\n{tls}", "127.0.0.1:8000": register}
    (place / "Caddyfile").write_text(CADDY + adapt("Caddyfile", changes))
    command = [PROGRAMS["caddy"], "run", "--config", place / "Caddyfile", "--adapter", "caddyfile"]
    environment = os.environ | {"XDG_DATA_HOME": str(place), "XDG_CONFIG_HOME": str(place)}
    return subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)


RUN = {"nginx": run_nginx, "caddy": run_caddy}
PROGRAMS = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in RUN}


@pytest.fixture(scope="module")
def register(shipped_database, tmp_path_factory):
    """Serve a register with large files."""
    path = shutil.copy(shipped_database, tmp_path_factory.mktemp("proxied") / "register.sqlite3")
    add_copies(path, 12_000)
    server = Server(path, ALLOWED_HOSTS=",".join(HOSTS), TRUSTED_PROXIES="1")
    yield server.host
    server.stop()


@contextmanager
def run(name, register, place):
    """Yield the port of a proxy before the register."""
    if not PROGRAMS[name]:
        (pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip)(f"there is no {name} here")
    place.chmod(0o755)
    certify(place)
    port = free_port()
    proxy = RUN[name](place, register, port)
    try:
        until = time.monotonic() + 60
        while ask(port, "/api/")[0] != 200 and time.monotonic() < until:
            time.sleep(0.2)
        yield port
    finally:
        proxy.terminate()
        proxy.wait()


@pytest.fixture(scope="module", params=RUN)
def port(request, register, tmp_path_factory):
    """Return the port of each proxy in turn."""
    with run(request.param, register, tmp_path_factory.mktemp(request.param)) as port:
        yield port


@pytest.fixture(scope="module")
def nginx(register, tmp_path_factory):
    """Return the port of nginx, which keeps answers."""
    with run("nginx", register, tmp_path_factory.mktemp("keeping")) as port:
        yield port


def ask(port, path, host=HOSTS[0], method="GET", body=None, **headers):
    """Return status, headers and body of an answer; 0 while nobody listens."""
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", port, context=context, timeout=60)
    try:
        connection.request(method, path, body, {"Host": host, **headers})
        answer = connection.getresponse()
        return answer.status, answer.headers, answer.read()
    except ConnectionError:
        return 0, {}, b""
    finally:
        connection.close()


def test_addresses_in_answers_are_those_of_the_proxy(port):
    assert b"https://arms.example.org/api/transfers" in ask(port, "/api/transfers?page_size=1")[2]


def test_an_answer_is_kept_and_asked_for_again_by_its_etag(nginx):
    states = []
    until = time.monotonic() + 30
    while "REVALIDATED" not in states and time.monotonic() < until:
        states.append(ask(nginx, "/api/transfers?system=S-400")[1]["X-Cache"])
        time.sleep(0.1)
    assert list(dict.fromkeys(states)) == ["MISS", "HIT", "REVALIDATED"]


def test_each_host_has_its_own_answers(nginx):
    for host in (*HOSTS, *HOSTS):
        assert f"https://{host}/api/systems".encode() in ask(nginx, "/api/systems?page_size=1", host)[2]


def test_formats_are_kept_apart(port):
    kinds = [
        ask(port, "/api/parties", Accept=kind)[1]["Content-Type"] for kind in ("text/csv", "application/json")
    ]
    assert [kind.split(";")[0] for kind in kinds] == ["text/csv", "application/json"]


def test_no_page_of_the_admin_is_kept(nginx):
    assert "X-Cache" not in ask(nginx, "/admin/login/")[1]


def test_an_upload_of_some_megabytes_is_let_through(port):
    assert ask(port, "/admin/login/", method="POST", body=b"x" * (3 << 20))[0] == 403  # for want of a token


def test_a_header_does_not_move_the_admin(port):
    _, headers, _ = ask(port, "/admin/login/", SCRIPT_NAME="/api", **{"X-Script-Name": "/api"})
    assert "Access-Control-Allow-Origin" not in headers


def test_what_a_client_says_of_itself_is_not_believed(port):
    _, _, body = ask(
        port, "/api/transfers?page_size=1", **{"X-Forwarded-Proto": "http", "X-Forwarded-Host": "x"}
    )
    assert b"https://arms.example.org/api/transfers" in body


def test_a_query_as_long_as_is_documented_comes_through(port):
    assert ask(port, f"/api/transfers?note__contains={'a' * 7960}")[0] == 200


def test_a_download_goes_on_where_it_broke_off(port):
    _, headers, whole = ask(port, "/api/transfers.csv")
    status, parts, rest = ask(
        port, "/api/transfers.csv", Range="bytes=100000-", **{"If-Range": headers["ETag"]}
    )
    assert (status, rest) == (206, whole[100_000:])
    assert parts["Content-Range"] == f"bytes 100000-{len(whole) - 1}/{len(whole)}"


def test_slow_readers_keep_nobody_waiting(port):
    limited = ["curl", "-sk", "--limit-rate", "50k", "-H", f"Host: {HOSTS[0]}", "-o", os.devnull]
    readers = [subprocess.Popen([*limited, f"https://127.0.0.1:{port}/api/transfers.csv"]) for _ in range(20)]
    try:
        assert [ask(port, f"/api/transfers?page_size={size}")[0] for size in range(1, 6)] == [200] * 5
    finally:
        for reader in readers:
            reader.kill()
            reader.wait()
