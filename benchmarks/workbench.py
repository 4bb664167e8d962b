"""The curators' pages with 100,000 transfers: server time of the list, of a transfer and the rest.

The published rows of a synthetic register are entered as the curated records that they would come from.
The pages are asked of Django itself, in a process of its own: what counts is how long one curator waits.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import register
from benchmarks.report import Bar, Bench, Row

TRANSFERS = 100_000
TURNS = 11
PAGES = {
    "front page with its queues": "/admin/",
    "list of transfers": "/admin/transfers/transfer/",
    "list of transfers, found by an alias": "/admin/transfers/transfer/?q=Triumf",
    "list of a queue": "/admin/transfers/transfer/?queue=disputed",
    "one transfer with its claims": "/admin/transfers/transfer/{pk}/change/",
    "history of one transfer": "/admin/transfers/transfer/{pk}/history/",
}
#: Those that the project promises a limit for, in milliseconds.
LIMITS = {
    "front page with its queues": 200, "list of transfers": 150, "one transfer with its claims": 500,
}  # fmt: skip


def measure(bench: Bench) -> list[Row]:
    transfers = min(TRANSFERS, bench.rows)
    environment = os.environ | {"DATABASE_URL": f"sqlite:///{_ready(transfers)}"}
    command = [sys.executable, "-m", "benchmarks.workbench"]
    done = subprocess.run(
        command, cwd=register.ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    times: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    how = f"{transfers:,} transfers; median of {TURNS}, in one process, templates included"
    return [
        Row(f"admin: {name}", "ms", times[name], "limit", LIMITS[name], Bar("most", 1), how)
        if name in LIMITS
        else Row(f"admin: {name}", "ms", times[name], how="as above, no bar")
        for name in PAGES
    ]


def _ready(transfers: int) -> Path:
    """Return the register of so many transfers with its curated side, made if it is not there."""
    published = register.ready(transfers)
    path = published.with_suffix(".curated.sqlite3")
    if not path.exists():
        print(f"Entering {transfers:,} transfers (once) ...", flush=True)
        part = path.with_suffix(".part")
        shutil.copyfile(published, part)
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{part}"}
        command = [sys.executable, "-m", "benchmarks.workbench", "enter"]
        subprocess.run(command, cwd=register.ROOT, env=environment, check=True)
        part.rename(path)
    return path


def add_curated() -> None:
    """Curated transfers and claims for every published row."""
    from django.contrib.auth.models import User
    from django.db import connection, transaction

    from transfers.models import Quantity, Transfer, TransferDate, Valuation

    with transaction.atomic():
        Transfer.objects.bulk_create(_transfers(), batch_size=5_000)
        keys = dict(Transfer.objects.values_list("key", "pk"))
        for model in (Quantity, TransferDate, Valuation):
            model.objects.bulk_create(_claims(model, keys), batch_size=5_000, ignore_conflicts=True)
        User.objects.create_superuser("curator")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _transfers() -> Iterator[Any]:
    from django.db.models import F

    from transfers.models import Party, RegistryRow, System, Transfer

    parties = dict(Party.objects.values_list("code", "pk"))
    systems = dict(System.objects.values_list("slug", "pk"))
    names = ("key", "kind", "condition", "location", "occasion", "note")
    rows = RegistryRow.objects.current().exclude(supplier=F("recipient"))  # which curation would refuse
    for row in rows.values(*names, "supplier", "recipient", "system").iterator():
        yield Transfer(
            **{name: row[name] or "" for name in names},
            supplier_id=parties[row["supplier"]],
            recipient_id=parties[row["recipient"]],
            system_id=systems[row["system"]],
            state="published",
        )


def _claims(model: Any, keys: dict[str, int]) -> Iterator[Any]:
    from transfers.models import RegistryClaim, Source

    sources = dict(Source.objects.values_list("key", "pk"))
    prefix = {"quantity": "quantity_", "transferdate": "date_"}.get(model._meta.model_name, "")
    measures = model._meta.get_field(model.MEASURE_FIELD).choices
    for measure, _ in measures:
        rows = RegistryClaim.objects.current().filter(measure=f"{prefix}{measure}")
        for row in rows.values().iterator():
            if row["transfer"] not in keys:
                continue
            yield model(
                transfer_id=keys[row["transfer"]],
                source_id=sources[row["source"]],
                **{model.MEASURE_FIELD: measure},
                **{name: row[name] for name in ("locator", "excerpt", "credibility", "preferred")},
                **{name: row[name] or "" for name in ("attributed_to", "note")},
                **_figure(model._meta.model_name, row),
            )


def _figure(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    if kind == "transferdate":
        return {"date": row["date"]}
    numbers = {"minimum": row["minimum"], "maximum": row["maximum"]}
    if kind == "quantity":
        return {**numbers, "unit": row["unit"], "as_of": row["as_of"] or ""}
    return {**numbers, "currency": row["currency"] or ""}


def times() -> dict[str, float]:
    """Milliseconds of each page, the median of its turns."""
    from django.contrib.auth.models import User
    from django.test import Client

    from transfers.models import Transfer

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="curator"))
    pk = Transfer.objects.filter(quantities__isnull=False).order_by("pk").values_list("pk", flat=True)[0]
    turns_by_name: dict[str, list[float]] = {name: [] for name in PAGES}
    for _ in range(TURNS):
        for name, path in PAGES.items():
            start = time.perf_counter()
            answer = client.get(path.format(pk=pk))
            turns_by_name[name].append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
    return {name: statistics.median(turns) for name, turns in turns_by_name.items()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arms_registry.settings")
    import django

    django.setup()
    if sys.argv[1:] == ["enter"]:
        add_curated()
    else:
        print(json.dumps(times()))
