"""Seeds and fixtures as shipped: they agree, every changed figure is noticed, and they load.

Tests that need the articles look for them in the directory that ARTICLES_DIR names.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pycountry
import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from transfers import evidence
from transfers.evidence.articles import check_article
from transfers.evidence.checks import compare
from transfers.evidence.logs import ReadingLog, read_logs
from transfers.evidence.records import FixtureClaim, FixtureRecords, parse_claim, read_records
from transfers.models import Party, System, Transfer
from transfers.vocabulary import codes
from transfers.vocabulary.lineage import list_line
from transfers.vocabulary.words import fold

SEEDS, FIXTURES = settings.BASE_DIR / "seeds", settings.BASE_DIR / "fixtures"
FILES = [f"{name}.yaml" for name in ("parties", "systems", "sources", "transfers")]
LONGEST_COPY = 13


@pytest.fixture(scope="module")
def articles() -> Path:
    if not (named := os.environ.get("ARTICLES_DIR")):
        pytest.skip("ARTICLES_DIR is not set: the shipped data were not compared with the articles")
    return Path(named)


@pytest.fixture(scope="module")
def logs() -> dict[str, ReadingLog]:
    return {log.key: log for log in read_logs(SEEDS)[0]}


@pytest.fixture(scope="module")
def records() -> FixtureRecords:
    return read_records(FIXTURES)[0]


@pytest.fixture(scope="module")
def entries() -> list[dict]:
    """Return every record of the fixtures, in the order in which they load."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return [entry for name in FILES for entry in yaml.load((FIXTURES / name).read_text("utf-8"), loader)]


def fields_of(entries: list[dict], model: str) -> list[dict]:
    return [entry["fields"] for entry in entries if entry["model"] == f"transfers.{model}"]


def test_logs_and_fixtures_agree():
    report = evidence.check(SEEDS, FIXTURES)
    assert [str(fault) for fault in report.faults] == []
    assert report.readings >= 80
    assert report.claims >= 42


def test_logs_and_articles_agree(articles):
    report = evidence.check(SEEDS, FIXTURES, articles)
    assert [str(fault) for fault in report.faults] == []
    assert report.articles == len(list(SEEDS.glob("*.toml"))) >= 5


def other_digits(text: str) -> Iterator[str]:
    """Yield the text with one digit changed, for every digit."""
    for digit in re.finditer(r"\d", text):
        yield f"{text[: digit.start()]}{(int(digit[0]) + 1) % 10}{text[digit.end() :]}"


def changed_claims(claim: FixtureClaim) -> Iterator[tuple[str, FixtureClaim | None]]:
    """Yield the claims that differ by one digit of one figure; None where the result is no valid claim."""
    fields = claim.record.fields
    for name in ("minimum", "maximum", "date", "as_of", "locator"):
        for text in other_digits(str(fields.get(name, ""))):
            value = text if isinstance(fields[name], str) else int(text)
            changed, _ = parse_claim(replace(claim.record, fields=fields | {name: value}))
            yield f"{name} {text} of {claim.target}", changed


def disagrees(log: ReadingLog, records: FixtureRecords, claims: list[FixtureClaim]) -> bool:
    """Return whether this log and these claims of its source disagree."""
    return any(compare([log], replace(records, claims=claims)))


def list_claims(
    logs: dict[str, ReadingLog], records: FixtureRecords
) -> Iterator[tuple[ReadingLog, FixtureClaim, list[FixtureClaim]]]:
    """Yield every claim with its source's log and the other claims of that source; unchanged, they agree."""
    for claim in records.claims:
        same = [other for other in records.claims if other.source == claim.source]
        assert not disagrees(logs[claim.source], records, same)
        yield logs[claim.source], claim, [other for other in same if other is not claim]


def test_one_digit_of_any_claim_is_found(logs, records):
    unnoticed, tried = [], 0
    for log, claim, others in list_claims(logs, records):
        for what, changed in changed_claims(claim):
            tried += 1
            if changed and not disagrees(log, records, [*others, changed]):
                unnoticed.append(what)
    assert unnoticed == []
    assert tried > 350


def test_one_digit_of_any_figure_in_a_log_is_found(logs, records):
    unnoticed, tried = [], 0
    for log, claim, others in list_claims(logs, records):
        key = (claim.record.text("locator"), claim.record.text("excerpt"))
        at = [(reading.locator, reading.excerpt) for reading in log.readings].index(key)
        for figure in other_digits(claim.figure):
            tried += 1
            finding = log.readings[at].finding.replace(claim.figure, figure)
            readings = [
                *log.readings[:at],
                replace(log.readings[at], finding=finding),
                *log.readings[at + 1 :],
            ]
            if not disagrees(replace(log, readings=readings), records, [*others, claim]):
                unnoticed.append(f"{figure} of {claim.target}")
    assert unnoticed == []
    assert tried > 250


def test_one_word_of_any_excerpt_is_found(logs, records):
    unnoticed = []
    for log, claim, others in list_claims(logs, records):
        excerpt = claim.record.text("excerpt").rpartition(" ")[0]
        changed, faults = parse_claim(
            replace(claim.record, fields=claim.record.fields | {"excerpt": excerpt})
        )
        assert changed, faults
        if not disagrees(log, records, [*others, changed]):
            unnoticed.append(f"{excerpt} of {claim.target}")
    assert unnoticed == []


def test_one_letter_of_any_excerpt_is_found_in_the_article(articles, logs):
    unnoticed, tried = [], 0
    for log in logs.values():
        for reading in log.readings:
            for place in (0, len(reading.excerpt) // 2, len(reading.excerpt) - 1):
                tried += 1
                excerpt = f"{reading.excerpt[:place]}#{reading.excerpt[place + 1 :]}"
                changed = replace(log, readings=[replace(reading, excerpt=excerpt)])
                if not any(check_article(changed, articles)):
                    unnoticed.append(f"{excerpt} in {log.key}")
    assert unnoticed == []
    assert tried >= 3 * 80


def test_any_other_paragraph_is_found_in_the_article(articles, logs):
    unnoticed = []
    for log in logs.values():
        for reading in log.readings:
            for step in (-1, 1):
                paragraphs = tuple(number + step for number in reading.paragraphs)
                changed = replace(log, readings=[replace(reading, paragraphs=paragraphs)])
                if paragraphs[0] > 0 and not any(check_article(changed, articles)):
                    unnoticed.append(f"{reading.excerpt} in {log.key}")
    assert unnoticed == []


def test_one_byte_of_any_article_is_found(articles, logs, tmp_path):
    unnoticed = []
    for log in logs.values():
        content = bytearray((articles / log.values["file"]).read_bytes())
        for place in (*range(0, len(content), 101), len(content) - 1):
            content[place] ^= 1
            (tmp_path / log.values["file"]).write_bytes(content)
            if not any(check_article(log, tmp_path)):
                unnoticed.append(f"byte {place} of {log.values['file']}")
            content[place] ^= 1
    assert unnoticed == []


def shipped_texts() -> Iterator[tuple[str, str]]:
    for directory in (SEEDS, FIXTURES):
        for path in sorted(directory.iterdir()):
            yield path.name, path.read_text(encoding="utf-8")


def test_nothing_is_copied_from_the_articles(articles, logs):
    """Allow no 14 words in a row; the longest title has 11."""

    def word_runs(text: str) -> set[tuple[str, ...]]:
        words = [word.strip(".,:;'\"()") for word in text.casefold().split()]
        return {tuple(words[at : at + LONGEST_COPY + 1]) for at in range(len(words) - LONGEST_COPY)}

    printed = set()
    for log in logs.values():
        printed |= word_runs((articles / log.values["file"]).read_text(encoding="utf-8"))
    assert printed
    assert [(name, run) for name, text in shipped_texts() for run in word_runs(text) & printed] == []


def test_no_path_leads_out_of_the_repository():
    leads_out = re.compile(r"(?<![\w:/.<])/\w+/|\.\./|\b[A-Z]:\\|file://|~/")
    assert [(name, found[0]) for name, text in shipped_texts() for found in leads_out.finditer(text)] == []


def test_a_key_says_supplier_recipient_system_and_year(entries):
    dates: dict[str, list[str]] = {}
    for claim in fields_of(entries, "transferdate"):
        dates.setdefault(claim["transfer"][0], []).append(claim["date"])
    for transfer in fields_of(entries, "transfer"):
        parts = (*transfer["supplier"], *transfer["recipient"], *transfer["system"])
        stem, _, year = transfer["key"].rpartition("-")
        assert stem == "-".join(parts).lower()
        assert any(year in date for date in dates[transfer["key"]])


def test_each_transfer_is_followed_by_its_claims(entries):
    followed = set()
    for entry in entries:
        if entry["model"] == "transfers.transfer":
            current = entry["fields"]["key"]
        elif "transfer" in entry["fields"]:
            assert entry["fields"]["transfer"] == [current]
            followed.add(current)
    assert followed == {transfer["key"] for transfer in fields_of(entries, "transfer")}
    assert {transfer["state"] for transfer in fields_of(entries, "transfer")} == {"published"}


def test_parties_are_those_of_iso(entries):
    parties = {party["code"]: party for party in fields_of(entries, "party")}
    states = {code: party.get("alpha2") for code, party in parties.items() if party["kind"] == "state"}
    assert states == {one.alpha_3: one.alpha_2 for one in pycountry.countries} | {"XKX": "XK"}
    assert {"SUN", "YUG", "SCG", "CSK", "DDR", "YMD"} < parties.keys() & codes.FORMER_COUNTRIES
    assert not any("alpha2" in party for party in parties.values() if party["kind"] != "state")


def all_names(entries: list[dict], model: str, identifier: str, *more: str) -> Iterator[tuple[str, str]]:
    """Yield identifier and name, for every name of every record: its own, its aliases, its codes."""
    for record in fields_of(entries, model):
        for name in ("name", identifier, *more):
            if record.get(name):
                yield record[identifier], record[name]
    for alias in fields_of(entries, f"{model}alias"):
        yield alias[model][0], alias["name"]


@pytest.mark.parametrize(("model", "fields"), [("party", ("code", "alpha2")), ("system", ("slug",))])
def test_no_name_means_two(entries, model, fields):
    """Ignore case, spaces, punctuation and script."""
    bearers: dict[str, set[str]] = {}
    for identifier, name in all_names(entries, model, *fields):
        bearers.setdefault(fold(name), set()).add(identifier)
    assert {name: found for name, found in bearers.items() if len(found) > 1} == {}
    assert "" not in bearers


@pytest.mark.django_db
def test_the_fixtures_load_twice_and_every_record_is_valid(entries):
    for _ in range(2):
        call_command("loaddata", *(str(FIXTURES / name) for name in FILES), verbosity=0)
    loaded = 0
    for model in {entry["model"] for entry in entries}:
        for record in apps.get_model(model).objects.all():
            record.full_clean()
            loaded += 1
    assert loaded == len(entries)
    assert Transfer.objects.published().count() == len(fields_of(entries, "transfer")) >= 11
    assert Party.objects.get(code="SUN").successor.code == "RUS"
    families = dict(System.objects.values_list("slug", "variant_of__slug"))
    assert list_line("mi-17v-5", families) == ["mi-17v-5", "mi-17", "mi-8"]
