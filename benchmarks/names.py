"""The curators' pages with 30,000 provisional names: server time of what shows, finds and counts them.

The register of the fixtures gets 30,000 systems that an import might have made, 200 parties with aliases and
a transfer of each system. The pages are asked of Django itself, in a process of its own.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from itertools import cycle
from pathlib import Path
from random import Random
from typing import Any

from benchmarks import register
from benchmarks.report import Bar, Bench, Row

NAMES = 30_000
PARTIES = 200
LIMIT = 300
TURNS = 5
SEED = 1950
_CHOICES = "/admin/autocomplete/?app_label=transfers&model_name=transfer&field_name={}&term={}"
PAGES = {
    "front page": "/admin/",
    "list of transfers": "/admin/transfers/transfer/",
    "list of transfers, found by an alias": "/admin/transfers/transfer/?q=Triumf",
    "transfer": "/admin/transfers/transfer/{transfer}/change/",
    "list of systems": "/admin/transfers/system/",
    "list of systems, found by a name": "/admin/transfers/system/?q=s-4",
    "system": "/admin/transfers/system/{system}/change/",
    "choice of a system by s-4": _CHOICES.format("system", "s-4"),
    "choice of a party by korea": _CHOICES.format("supplier", "korea"),
    "article": "/admin/transfers/articletext/{article}/change/",
}
ARTICLE = "Russia delivered six S-400 systems to Turkey in July 2019.\n\n" * 40


def measure(bench: Bench) -> list[Row]:
    """Return the time of each page, the median of its turns."""
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"DATABASE_URL": f"sqlite:///{Path(folder) / 'names.sqlite3'}"}
        command = [sys.executable, "-m", "benchmarks.names"]
        done = subprocess.run(
            command, cwd=register.ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
        )
    times: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    how = f"{NAMES:,} provisional systems, {PARTIES} parties; median of {TURNS}, templates included"
    return [
        Row(f"admin, many names: {name}", "ms", times[name], "limit", LIMIT, Bar("most", 1), how)
        for name in PAGES
    ]


def build() -> dict[str, int]:
    """Fill the database; return the ids of the records whose pages are asked for."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.db import connection

    from transfers.models import ArticleText, Source, System, Transfer

    call_command("migrate", verbosity=0)
    call_command("loadregister", stdout=sys.stderr)
    _add_names()
    User.objects.create_superuser("curator")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    article = ArticleText.objects.create(source=Source.objects.order_by("-pk")[0], text=ARTICLE)
    transfer = Transfer.objects.get(key="invented-5")
    return {"transfer": transfer.pk, "system": System.objects.get(slug="s-400").pk, "article": article.pk}


def _add_names() -> None:
    from transfers.models import Party, PartyAlias, System, SystemAlias

    categories = cycle(System.Category.values)
    shared = {"description": "Type", "provisional": True}
    System.objects.bulk_create(
        System(slug=f"invented-{number}", name=name, category=next(categories), **shared)
        for number, name in enumerate(_invent_names(System))
    )
    systems = list(System.objects.filter(provisional=True))
    aliases = [SystemAlias(system=system, name=f"{system} export", type="export") for system in systems[::2]]
    SystemAlias.objects.bulk_create(aliases)
    Party.objects.bulk_create(
        Party(code=f"X-GROUP-{number}", name=f"Group {number}", kind="unknown", provisional=True)
        for number in range(PARTIES)
    )
    groups = Party.objects.filter(provisional=True)
    PartyAlias.objects.bulk_create(PartyAlias(party=party, name=f"Front {party.code}") for party in groups)
    _add_transfers(systems)


def _add_transfers(systems: list[Any]) -> None:
    from transfers.models import Party, Quantity, Source, Transfer

    random, states = Random(SEED), list(Party.objects.filter(kind="state"))
    transfers = []
    for number, system in enumerate(systems):
        supplier, recipient = random.sample(states, 2)
        sides = {"supplier": supplier, "recipient": recipient}
        transfers.append(Transfer(key=f"invented-{number}", system=system, kind="sale", **sides))
    Transfer.objects.bulk_create(transfers)
    source = Source.objects.order_by("pk")[0]
    stated = {"measure": "ordered", "minimum": 5, "maximum": 5, "unit": "system", "credibility": 2}
    Quantity.objects.bulk_create(
        Quantity(transfer=transfer, source=source, locator=f"line {transfer.pk}", excerpt="five", **stated)
        for transfer in Transfer.objects.filter(key__startswith="invented-")
    )


def _invent_names(systems: Any) -> list[str]:
    random = Random(SEED)
    taken = set(systems.objects.values_list("name", flat=True))
    names: dict[str, None] = {}
    while len(names) < NAMES:
        letters = "".join(random.choices("ABDFGKLMNPRSTVZ", k=random.choice((1, 2, 2, 3))))
        name = f"{letters}-{random.randrange(1, 9900)}{random.choice(('', '', 'A', 'M', 'E', ' Mk 2', '/C'))}"
        if name not in taken:
            names[name] = None
    return list(names)


def time_pages(numbers: dict[str, int]) -> dict[str, float]:
    """Return milliseconds of each page, the median of its turns after a first one."""
    from django.contrib.auth.models import User
    from django.test import Client

    client = Client(headers={"host": "localhost"})
    client.force_login(User.objects.get(username="curator"))
    medians = {}
    for name, path in PAGES.items():
        turns = []
        for _ in range(TURNS + 1):
            start = time.perf_counter()
            answer = client.get(path.format(**numbers))
            turns.append((time.perf_counter() - start) * 1000)
            assert answer.status_code == 200, (path, answer.status_code)
        medians[name] = statistics.median(turns[1:])
    return medians


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arms_registry.settings")
    import django

    django.setup()
    print(json.dumps(time_pages(build())))
