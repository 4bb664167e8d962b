"""One figure, all the way: six Pantsir-S1, from the article to the CSV line."""

import csv
import os
import tomllib
from io import StringIO
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command

from tests.support.servers import ROOT
from transfers.models import Quantity, RegistryClaim, RegistryRow

KEY = "rus-srb-pantsir-s1-2019"


@pytest.mark.django_db
def test_a_figure_is_the_same_from_article_to_csv(client):
    log = tomllib.loads((ROOT / "seeds/unnamed-2020-02-serbia-pantsir-s1.toml").read_text(encoding="utf-8"))
    reading = next(
        entry for entry in log["reading"] if f"{KEY}/quantity_ordered" in entry.get("recorded_as", [])
    )
    assert "6 system" in reading["finding"]
    check_article(log, reading)
    check_fixture(reading)
    call_command("loadregister", stdout=StringIO())
    check_records(log, reading)
    check_answers(client, reading)


def check_article(log, reading):
    """Find the words in the paragraph, where the article's text is at hand."""
    if directory := os.environ.get("ARTICLES_DIR"):
        blocks = [block.strip() for block in (Path(directory) / log["file"]).read_text().split("\n\n")]
        paragraph = [block for block in blocks if block][reading["paragraph"] - 1]
        assert reading["excerpt"] in " ".join(paragraph.split())


def check_fixture(reading):
    fixture = yaml.safe_load((ROOT / "fixtures/transfers.yaml").read_text(encoding="utf-8"))
    record = next(
        entry["fields"] for entry in fixture
        if entry["model"] == "transfers.quantity" and entry["fields"]["transfer"] == [KEY]
        and entry["fields"]["measure"] == "ordered"
    )  # fmt: skip
    assert (record["minimum"], record["maximum"], record["excerpt"]) == (6, 6, reading["excerpt"])


def check_records(log, reading):
    claim = Quantity.objects.get(transfer__key=KEY, measure="ordered")
    assert (claim.minimum, claim.maximum, claim.locator) == (6, 6, f"¶{reading['paragraph']}")
    published = RegistryClaim.objects.current().get(transfer=KEY, measure="quantity_ordered")
    assert (published.minimum, published.source, published.excerpt) == (6, log["key"], reading["excerpt"])
    assert RegistryRow.objects.current().get(key=KEY).quantity_ordered_min == 6


def check_answers(client, reading):
    detail = client.get(f"/api/transfers/{KEY}").json()
    assert (detail["quantity_ordered_min"], detail["quantity_ordered_max"]) == (6, 6)
    assert reading["excerpt"] in [entry["excerpt"] for entry in detail["claims"]]
    body = client.get("/api/transfers.csv?system=Pantsir-S1").getvalue().decode()
    [line] = csv.DictReader(StringIO(body))
    assert (line["key"], line["quantity_ordered_min"], line["quantity_ordered_max"]) == (KEY, "6", "6")
