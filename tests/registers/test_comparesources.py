"""Two editions compared on the command line."""

import csv
from dataclasses import replace
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.support import registers
from transfers.management.commands import comparesources
from transfers.registers.comparison import COLUMNS
from transfers.registers.ranges import WHOLE
from transfers.registers.reading.records import Deal

KEPT = Deal(
    lines=(), supplier="France", recipient="India", designation="Nord 7", description="frigate", year=2001,
    ordered=3, delivered=1, delivery_years=(2004,), condition="new", comments="First of class",
    tiv_unit=Decimal("80"), tiv_ordered=Decimal("240"), tiv_delivered=Decimal("80"),
)  # fmt: skip
GONE = replace(KEPT, recipient="Peru")
BEFORE = replace(KEPT, recipient="Chile")
NOW = replace(BEFORE, delivered=2, delivery_years=(2004, 2006), comments="", tiv_delivered=Decimal(160))
NEW = replace(KEPT, recipient="Kenya")
SPLIT = replace(KEPT, recipient="Oman", ordered=9, comments="For Navy", delivered=0, delivery_years=())
PARTS = [replace(SPLIT, ordered=4, comments="Type 1"), replace(SPLIT, ordered=5, comments="Type 2")]
A, B = [KEPT, GONE, BEFORE, SPLIT], [NEW, NOW, *PARTS, KEPT]


@pytest.fixture
def files(tmp_path):
    for name, deals in (("a.csv", A), ("b.csv", B)):
        (tmp_path / name).write_bytes(registers.write_trade_register(deals))
    return str(tmp_path / "a.csv"), str(tmp_path / "b.csv")


def compare(*args, stderr=None):
    out = StringIO()
    call_command("comparesources", *args, stdout=out, stderr=stderr or StringIO())
    return out.getvalue()


def rows(text):
    return list(csv.DictReader(StringIO(text)))


def test_the_first_line_sums_up(files):
    summary = compare(*files).splitlines()[0]
    assert summary == f"1 added, 1 vanished, 1 changed, 1 unchanged, 2 ambiguous; {files[0]} → {files[1]}"


def test_each_deal_is_told_with_its_lines_and_what_changed(files):
    assert compare(*files).splitlines()[1:] == [
        "added: France → Kenya, Nord 7, 2001 (line 13 of B)",
        "vanished: France → Peru, Nord 7, 2001 (line 14 of A)",
        "changed: France → Chile, Nord 7, 2001 (line 15 of A, line 14 of B)",
        "    delivered: 1 → 2",
        "    delivery_years: 2004 → 2004; 2006",
        "    comments: First of class → not stated",
        "    tiv_delivered: 80 → 160",
        "ambiguous: France → Oman, Nord 7, 2001 (line 15 of B) may be any of A: line 16",
        "ambiguous: France → Oman, Nord 7, 2001 (line 16 of B) may be any of A: line 16",
    ]


def test_csv_has_a_line_for_each_changed_field_and_each_other_deal(files):
    text = compare(*files, "--csv", "-")
    assert text.splitlines()[0] == ",".join(COLUMNS)
    assert [
        (row["change"], row["recipient"], row["line_a"], row["line_b"], row["field"]) for row in rows(text)
    ] == [
        ("added", "Kenya", "", "13", ""),
        ("vanished", "Peru", "14", "", ""),
        ("changed", "Chile", "15", "14", "delivered"),
        ("changed", "Chile", "15", "14", "delivery_years"),
        ("changed", "Chile", "15", "14", "comments"),
        ("changed", "Chile", "15", "14", "tiv_delivered"),
        ("ambiguous", "Oman", "16", "15", ""),
        ("ambiguous", "Oman", "16", "16", ""),
    ]


def test_csv_on_standard_output_leaves_the_summary_to_standard_error(files):
    errors = StringIO()
    assert "→" not in compare(*files, "--csv", "-", stderr=errors)
    assert "1 added" in errors.getvalue()


def test_csv_in_a_file_is_what_standard_output_gets(files, tmp_path):
    text = compare(*files, "--csv", str(tmp_path / "out.csv"))
    assert text.startswith("1 added")
    assert (tmp_path / "out.csv").read_bytes().decode() == compare(*files, "--csv", "-")


def test_a_comment_of_several_lines_is_one_cell(tmp_path, files):
    changed = replace(KEPT, comments='Said "yes"\nthen; no')
    (tmp_path / "c.csv").write_bytes(registers.write_trade_register([changed]))
    [row] = [row for row in rows(compare(files[0], str(tmp_path / "c.csv"), "--csv", "-")) if row["field"]]
    assert (row["before"], row["after"]) == ("First of class", changed.comments)


def test_of_two_layouts_only_what_both_state_is_compared(tmp_path, files):
    deals = [replace(each, delivered=1, delivery_years=(2004,), tiv_delivered=Decimal(80)) for each in A[:3]]
    (tmp_path / "years.csv").write_bytes(registers.write_delivery_years(deals))
    summary = compare(files[0], str(tmp_path / "years.csv")).splitlines()[0]
    assert summary.startswith("0 added, 1 vanished, 0 changed, 3 unchanged, 0 ambiguous;")


@pytest.fixture
def stored(monkeypatch):
    """Import one edition, `sipri-2025`."""

    def list_deals(key):
        if key != "sipri-2025":
            raise LookupError(f"There is no file and no imported source {key!r}.")
        return [replace(each, lines=(line,)) for line, each in enumerate(A, 1)]

    monkeypatch.setattr(comparesources, "list_deals", list_deals)
    monkeypatch.setattr(comparesources, "get_years", lambda key: WHOLE)


def test_an_imported_source_is_named_by_its_key(stored, files):
    assert compare("sipri-2025", files[1]).startswith(
        "1 added, 1 vanished, 1 changed, 1 unchanged, 2 ambiguous;"
    )


def test_what_is_neither_file_nor_source_is_told_in_one_sentence(stored, files):
    with pytest.raises(CommandError, match=r"^There is no file and no imported source 'sipri-1999'\.$"):
        compare("sipri-1999", files[1])


def test_a_file_that_is_no_register_is_told_with_its_name(tmp_path, files):
    (tmp_path / "empty.csv").write_bytes(b"")
    with pytest.raises(CommandError, match=r"empty\.csv: The file is empty"):
        compare(files[0], str(tmp_path / "empty.csv"))


def test_a_csv_file_that_cannot_be_written_is_told(files, tmp_path):
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        compare(*files, "--csv", str(tmp_path / "none" / "out.csv"))


def test_an_edition_is_not_overwritten_by_its_comparison(files):
    with pytest.raises(CommandError, match="write the CSV to another file"):
        compare(*files, "--csv", files[1])


@pytest.mark.parametrize("names", [("range-whole", "range-2020-2022"), ("range-2020-2022", "range-whole")])
def test_editions_of_different_years_are_compared_in_the_years_of_both(names):
    files = [str(Path(__file__).parent / "cases" / f"{name}.csv") for name in names]
    out = StringIO()
    call_command("comparesources", *files, stdout=out)
    assert out.getvalue().startswith("0 added, 0 vanished, 0 changed, 2 unchanged, 0 ambiguous; ")


def test_a_deal_without_deliveries_in_the_years_of_the_other_edition_has_not_vanished():
    names = ("range-whole-by-delivery-year", "range-by-delivery-year")
    files = [str(Path(__file__).parent / "cases" / f"{name}.csv") for name in names]
    out = StringIO()
    call_command("comparesources", *files, stdout=out)
    assert out.getvalue().startswith("0 added, 0 vanished, 0 changed, 2 unchanged, 0 ambiguous; ")
