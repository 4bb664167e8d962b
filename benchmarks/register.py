"""A synthetic register of N published transfers in an SQLite file, kept in `.bench/` between runs.

Everything published is what the register's own code makes of the invented claims
(`content.build_from_published`: figures settled, search words, digests), in a valid chain of revisions, so
`manage.py verify` passes on it.
Only the writing takes a shorter way: plain inserts in the order of revisions, the indexes and triggers put
back afterwards. One transfer in fifty has an older version, which a later revision replaced.

Run as `python -m benchmarks.register ROWS FILE` it builds; `ready` does so where the file is missing.
"""

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import chain, invented

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / ".bench"
SEED = 1950
CHUNK = 2000
#: Every so many transfers, one that was published anew.
RENEWED = 50


def ready(rows: int) -> Path:
    """Return the register of so many transfers, built if it is not there as this code would build it."""
    path = PLACE / f"register-{rows}-{SEED}-{_fingerprint()}.sqlite3"
    if not path.exists():
        PLACE.mkdir(exist_ok=True)
        for stale in PLACE.glob(f"register-{rows}-*"):
            shutil.rmtree(stale) if stale.is_dir() else stale.unlink()
        print(f"Building a register of {rows:,} transfers (once) ...", flush=True)
        start = time.monotonic()
        unfinished = path.with_suffix(".part")
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{unfinished}"}
        command = [sys.executable, "-m", "benchmarks.register", str(rows), str(unfinished)]
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        unfinished.rename(path)
        size = path.stat().st_size / 1e6
        print(f"... {time.monotonic() - start:.0f} s, {size:,.0f} MB: {path.relative_to(ROOT)}", flush=True)
    return path


def _fingerprint() -> str:
    """Return what a kept file depends on: the public fields, the tables, the fixtures and this code."""
    digest = hashlib.sha256()
    code = (Path(__file__).with_name(name) for name in ("register.py", "chain.py", "invented.py"))
    fixed = (
        "transfers/vocabulary/fields.py",
        "transfers/publication/search.py",
        "fixtures/parties.yaml",
        "fixtures/systems.yaml",
    )
    migrations = sorted((ROOT / "transfers/migrations").glob("*.py"))
    for path in [*code, *(ROOT / name for name in fixed), *migrations]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def build(rows: int, path: str) -> None:
    """Fill the database at `path`, which DATABASE_URL names."""
    _set_up()
    from django.core.management import call_command
    from django.db import connection

    from transfers.models import Revision, Source
    from transfers.publication import search

    call_command("migrate", verbosity=0)
    call_command("loaddata", ROOT / "fixtures/parties.yaml", ROOT / "fixtures/systems.yaml", verbosity=0)
    _add_systems(invented.systems(Random(SEED)))
    Source.objects.bulk_create(Source(**source) for source in invented.sources(Random(SEED)))
    connection.close()
    with _bare(sqlite3.connect(path)) as database, get_context("spawn").Pool(os.cpu_count(), _set_up) as pool:
        log = chain.Log(database, rows)
        for contents in pool.imap(_chunk, [(at, min(at + CHUNK, rows)) for at in range(0, rows, CHUNK)]):
            log.write(contents)
        log.write_renewed()
    search.rebuild()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert Revision.objects.count() == rows + len(log.renewed)
    connection.close()


def _set_up() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arms_registry.settings")
    import django

    django.setup()


def _add_systems(invented_systems: list[dict[str, Any]]) -> None:
    from transfers.models import System, SystemAlias

    systems_by_slug: dict[str, System] = {}
    for values in invented_systems:
        family = systems_by_slug.get(values.pop("family") or "")
        systems_by_slug[values["slug"]] = System.objects.create(variant_of=family, **values)
    SystemAlias.objects.bulk_create(
        SystemAlias(system=system, name=f"{system.name} export", type="export")
        for system in list(systems_by_slug.values())[::4]
    )


@contextmanager
def _bare(database: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Without the published tables' indexes and triggers, and without waiting for the disk; then with."""
    dropped = database.execute(
        "SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type IN ('index', 'trigger')"
        " AND tbl_name IN ('transfers_registryrow', 'transfers_registryclaim', 'transfers_revision')"
    ).fetchall()
    for kind, name, _ in dropped:
        database.execute(f'DROP {kind} "{name}"')
    for pragma in ("synchronous=OFF", "cache_size=-500000", "temp_store=MEMORY"):
        database.execute(f"PRAGMA {pragma}")
    yield database
    for _, _, statement in dropped:
        database.execute(statement)
    database.close()


def _chunk(span: tuple[int, int]) -> list[chain.Found]:
    """Return the published content of the transfers of this span, as values ready for SQLite."""
    from transfers.publication import content

    references, sources, inventor = _get_shared()
    random = Random(SEED * 1_000_003 + span[0])
    contents: list[chain.Found] = []
    for number in range(*span):
        invented_facts, claims = inventor.transfer(random, number)
        facts = dict.fromkeys(content.TRANSFER_NAMES) | invented_facts
        blank = dict.fromkeys(content.CLAIM_NAMES)
        flat = [blank | claim | _days(claim) for claim in claims]
        built = content.build_from_published(facts, flat, references, sources)
        older = None
        if number % RENEWED == 0:
            before = content.build_from_published(
                facts | {"note": "As first read."}, flat, references, sources
            )
            older = (_plain(before.row), before.digest)
        contents.append((_plain(built.row), [_plain(claim) for claim in built.claims], built.digest, older))
    return contents


_kept: list[Any] = []


def _get_shared() -> Any:
    """Parties, systems, sources and the inventor: read once a worker."""
    if not _kept:
        from transfers.models import Party, Source, System
        from transfers.publication import content

        references = content.References()
        references.add_parties(set(Party.objects.values_list("code", flat=True)))
        references.add_systems(set(System.objects.values_list("slug", flat=True)))
        sources = {source.key: source for source in Source.objects.order_by("pk")}
        # A few systems of the fixtures among the first, so that S-400 is asked for as often as sold.
        slugs = sorted(
            references.systems, key=lambda slug: (slug.startswith("xs-"), references.systems[slug].pk)
        )
        _kept.extend([references, sources, invented.Inventor(list(references.parties), slugs, list(sources))])
    return _kept


def _days(claim: dict[str, Any]) -> dict[str, date | None]:
    from transfers.vocabulary import edtf

    if "date" not in claim:
        return {}
    return dict(zip(("date_earliest", "date_latest"), edtf.bounds(claim["date"]), strict=True))


def _plain(flat: dict[str, Any]) -> list[Any]:
    return [value.isoformat() if isinstance(value, date) else value for value in flat.values()]


if __name__ == "__main__":
    build(int(sys.argv[1]), sys.argv[2])
