"""How much of the five articles the recognition finds, measured against their reading logs.

The articles are looked for in the directory that ARTICLES_DIR names; their names come from the fixtures.
"""

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from django.conf import settings

from transfers.evidence import fixture_files
from transfers.evidence.logs import GAP, Reading, ReadingLog, read_logs
from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER, Mark, split_paragraphs
from transfers.evidence.records import FixtureClaim, read_records
from transfers.vocabulary import edtf

SEEDS, FIXTURES = settings.BASE_DIR / "seeds", settings.BASE_DIR / "fixtures"
FIGURES = (NUMBER, MONEY, DATE)
KINDS = {"quantity": NUMBER, "transferdate": DATE, "valuation": MONEY}


@pytest.fixture(scope="module")
def articles() -> Path:
    if not (named := os.environ.get("ARTICLES_DIR")):
        pytest.skip("ARTICLES_DIR is not set: the recognition was not measured on the articles")
    return Path(named)


def list_names(model: str, identifier: str) -> dict[str, set[str]]:
    """Return every name of parties or systems in the fixtures, with whom it stands for."""
    names: dict[str, set[str]] = {}
    for record in fixture_files.read_fixtures(FIXTURES):
        if record.model == f"transfers.{model}":
            for name in ("name", identifier):
                names.setdefault(record.fields[name], set()).add(record.fields[identifier])
        if record.model == f"transfers.{model}alias":
            names.setdefault(record.fields["name"], set()).update(record.fields[model])
    return names


@dataclass
class Measured:
    """Recorded figures that were recognised or missed, and the marks that no reading speaks of."""

    recognised: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    marks: int = 0
    false: list[str] = field(default_factory=list)
    figures: int = 0


def list_values(claim: FixtureClaim) -> set[str]:
    """Return the figure as marks have it: an interval by its ends, of which an open one needs no words."""
    fields = claim.record.fields
    if claim.record.model.endswith("transferdate"):
        start, _, end = fields["date"].removesuffix("/..").partition("/")
        return {start, end} - {""}
    return {f"{fields['minimum']} {fields['maximum']} {fields.get('unit') or fields.get('currency')}"}


def is_recognised(claim: FixtureClaim, marks: list[Mark]) -> bool:
    if claim.record.model.endswith("transferdate"):
        texts = {mark.value[0] for mark in marks if mark.kind == DATE}
        parts = {part for text in texts for part in text.split("/")}
        return claim.record.fields["date"] in texts or list_values(claim) <= parts
    kind = KINDS[claim.record.model.removeprefix("transfers.")]
    return list_values(claim) <= {" ".join(mark.value) for mark in marks if mark.kind == kind}


def is_in_excerpt(reading: Reading, mark: Mark, text: str) -> bool:
    """Return whether the mark stands in the excerpt's own words, in their paragraph."""
    if mark.paragraph not in reading.paragraphs:
        return False
    place = split_paragraphs(text)[mark.paragraph - 1]
    for part in reading.excerpt.split(GAP):
        pattern = r"\s+".join(map(re.escape, part.split()))
        for match in re.finditer(pattern, text[place.start : place.end]):
            start, end = match.start() + place.start, match.end() + place.start
            if start <= mark.start and mark.end <= end:
                return True
    return False


def measure(log: ReadingLog, claims: list[FixtureClaim], text: str, measured: Measured) -> None:
    day = edtf.bounds(log.values["published"])[1]
    marks = recognise(text, list_names("system", "slug"), list_names("party", "code"), day)
    recorded = [reading for reading in log.readings if reading.recorded_as]
    for reading in recorded:
        inside = [mark for mark in marks if is_in_excerpt(reading, mark, text)]
        for claim in claims:
            if (claim.record.text("locator"), claim.record.text("excerpt")) == (
                reading.locator,
                reading.excerpt,
            ):
                figure = f"{log.key} {reading.locator} {claim.target} {list_values(claim)}"
                (measured.recognised if is_recognised(claim, inside) else measured.missed).append(figure)
    for mark in marks:
        measured.marks += 1
        if mark.kind in FIGURES:
            measured.figures += 1
            if not any(is_in_excerpt(reading, mark, text) for reading in recorded):
                measured.false.append(f"{log.key} ¶{mark.paragraph} {mark.kind} {mark.text!r} {mark.value}")


@pytest.fixture(scope="module")
def measured(articles) -> Measured:
    result = Measured()
    claims = read_records(FIXTURES)[0].claims
    for log in read_logs(SEEDS)[0]:
        text = (articles / log.values["file"]).read_text(encoding="utf-8")
        measure(log, [claim for claim in claims if claim.source == log.key], text, result)
    return result


def test_most_recorded_figures_are_marked(measured):
    total = len(measured.recognised) + len(measured.missed)
    print(
        f"found {len(measured.recognised)} of {total} recorded figures; missed:", *measured.missed, sep="\n  "
    )
    assert total >= 42
    assert len(measured.recognised) / total >= 0.95


def test_few_marked_figures_are_none_that_was_recorded(measured):
    print(
        f"{len(measured.false)} of {measured.figures} figures marked were not recorded:",
        *measured.false,
        sep="\n  ",
    )
    assert len(measured.false) <= 45
