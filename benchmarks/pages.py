"""Pages of 100 rows: against Datasette and stock Django REST framework views; 304; first and last page."""

import itertools
import sqlite3
from collections.abc import Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from urllib.parse import parse_qs, quote, urlsplit

import orjson

from benchmarks import peers, servers
from benchmarks.report import Bar, Bench, Row, medians, rates
from benchmarks.servers import Client

ROUNDS = 9
SECONDS = 1.0
SYSTEMS = 20


def measure(bench: Bench) -> list[Row]:
    peers.ready()
    with (
        servers.ours(bench.database) as ours,
        peers.datasette(bench.database) as datasette,
        peers.stock(bench.database) as stock,
    ):
        contenders = _list_contenders(bench, ours.client(), datasette.client(), stock.client())
        client, pages = contenders["ours"]
        first_seconds = median(_seconds(client, page) for page in pages[1:])
        _check_same(contenders)
        turns = {name: _turns(*asked) for name, asked in contenders.items()}
        turns["304"] = _unchanged(client, pages)
        turns["anew"] = _turns(client, pages, If_Match="*")
        rate = rates(turns, ROUNDS, SECONDS)
        return [*_list_rows(rate, first_seconds * 1e3), *_ends(client, bench)]


def _list_contenders(
    bench: Bench, ours: Client, datasette: Client, stock: Client
) -> dict[str, tuple[Client, list[str]]]:
    """Return each client with the addresses of the pages that it asks for."""
    systems = _systems(bench.database)
    return {
        "ours": (ours, [f"/api/transfers?system={quote(name)}" for name, _ in systems]),
        "datasette": (datasette, [peers.datasette_page(bench.database, slug) for _, slug in systems]),
        "stock": (stock, [f"/transfers?system={slug}" for _, slug in systems]),
    }


def _list_rows(rate: dict[str, float], first_milliseconds: float) -> list[Row]:
    """Return the pages of a system beside those of others, and our own asked again and for the first time."""
    return [
        Row("page of 100 rows of a system", "requests/s", rate["ours"], "Datasette", rate["datasette"],
            Bar("least", 8), f"/api/transfers?system=S-400 and {SYSTEMS - 1} more in turn; Datasette:"
            " .json, same rows, columns and order, _nocount _nofacet _shape=objects"),
        Row("same", "requests/s", rate["ours"], "stock DRF", rate["stock"], Bar("least", 30),
            "ModelSerializer with nested claims (prefetched), PageNumberPagination, django-filter"),
        Row("page that was not given before", "requests/s", rate["anew"], "Datasette", rate["datasette"],
            Bar("least", 2.5), "the same pages with If-Match: *, so that each is made anew"),
        Row("same", "requests/s", rate["anew"], "stock DRF", rate["stock"], Bar("least", 12), "as above"),
        Row("304 on a known ETag", "requests/s", rate["304"], "page made anew", rate["anew"], Bar("least", 4),
            "the same pages with If-None-Match"),
        Row("page, asked for the first time", "ms", first_milliseconds, "made anew", 1e3 / rate["anew"],
            how="the first answer of each counts its rows; the count is kept while the revision stands"),
    ]  # fmt: skip


def _systems(database: Path) -> list[tuple[str, str]]:
    """Name and slug of the systems with most rows; S-400 is among them."""
    with sqlite3.connect(f"file:{database}?mode=ro", uri=True) as connection:
        return connection.execute(
            "SELECT name, slug FROM transfers_system JOIN (SELECT system, count(*) AS many"
            " FROM transfers_registryrow WHERE until IS NULL GROUP BY system) ON system = slug"
            # A family's name means its variants too; to the others, a slug means itself alone.
            " WHERE id NOT IN (SELECT variant_of_id FROM transfers_system WHERE variant_of_id IS NOT NULL)"
            " ORDER BY many DESC LIMIT ?",
            [SYSTEMS],
        ).fetchall()


def _seconds(client: Client, path: str) -> float:
    """Return the seconds that an answer takes which is made anew."""
    start = perf_counter()
    status, _, body = client.ask(path, If_Match="*")
    if status != 200:
        raise servers.Refused(f"{path}: {status} {body[:300]!r}")
    return perf_counter() - start


def _turns(client: Client, paths: list[str], **headers: str) -> Callable[[], object]:
    """Asks the next path with each call."""
    turn = itertools.cycle(paths)
    return lambda: client.ask(next(turn), **headers)


def _unchanged(client: Client, paths: list[str]) -> Callable[[], object]:
    tagged = [(path, client.ask(path)[1]["etag"]) for path in paths]
    turn = itertools.cycle(tagged)

    def ask() -> None:
        path, etag = next(turn)
        status, _, _ = client.ask(path, If_None_Match=etag)
        assert status == 304

    return ask


def _check_same(contenders: dict[str, tuple[Client, list[str]]]) -> None:
    """Check that all answer each question with the same keys in the same order."""
    for paths in zip(*(paths for _, paths in contenders.values()), strict=True):
        keys = []
        for (client, _), path in zip(contenders.values(), paths, strict=True):
            status, _, body = client.ask(path)
            if status != 200:
                raise servers.Refused(f"{path}: {status} {body[:300]!r}")
            answer = orjson.loads(body)
            keys.append([row["key"] for row in answer.get("results", answer.get("rows"))])
        if not all(each == keys[0] for each in keys):
            raise RuntimeError(f"not the same rows: {paths}")


def _ends(client: Client, bench: Bench) -> list[Row]:
    """Return the first and the last page of the whole register, by the cursor that would lead there."""
    last, number = f"/api/transfers?cursor={_cursor_of_last_page(client, bench)}", -(-bench.rows // 100)
    for path, is_last in (("/api/transfers", False), (last, True)):
        answer = orjson.loads(client.ask(path)[2])
        assert (answer["next"] is None) == is_last, path
        assert len(answer["results"]) == 100, path
    times = medians(
        {"first": lambda: _seconds(client, "/api/transfers"), "last": lambda: _seconds(client, last)}, 300
    )
    return [
        Row("last page of everything", "ms", times["last"] * 1e3, "first page", times["first"] * 1e3,
            Bar("most", 1.2), f"page {number:,} by its cursor, signed as the API itself signs it"),
    ]  # fmt: skip


def _cursor_of_last_page(client: Client, bench: Bench) -> str:
    """Return the first page's cursor for the next, with a key a hundred rows before the end in its place."""
    from transfers.api.request import paging

    with sqlite3.connect(f"file:{bench.database}?mode=ro", uri=True) as connection:
        [key] = connection.execute(
            "SELECT key FROM transfers_registryrow WHERE until IS NULL ORDER BY key DESC LIMIT 1 OFFSET 100"
        ).fetchone()
    address = orjson.loads(client.ask("/api/transfers")[2])["next"]
    [cursor] = parse_qs(urlsplit(address).query)["cursor"]
    bound, backwards, _ = paging._SIGNER.unsign_object(cursor)
    return paging._SIGNER.sign_object([bound, backwards, [key]])
