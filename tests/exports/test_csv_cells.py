"""CSV cells: any text comes back as it was, and with excel=1 none of them is a formula."""

import csv
import io
import itertools
import re
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.test import Client
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.api.test_transfers import full
from tests.support import factories
from tests.support.reading import FORMATS, PATHS, RESOURCES, add, body, error

pytestmark = pytest.mark.django_db
CLIENT = Client()  # one for all examples: making one is slow
TEXTS = ("location", "occasion", "note")
#: What makes a spreadsheet take a text for a formula, in full width too.
FORMULA = tuple("=+-@\t\r＝＋－＠")
NEGATIVE = re.compile(r"-[0-9]+(\.[0-9]+)?")
CONTROLS = "".join(map(chr, range(1, 32)))
LETTERS = st.one_of(
    st.sampled_from([*FORMULA, *CONTROLS, *"\"',;|\\ \x7f\x85\xa0", "\r\n", "\u2028", "\ufeff"]),
    st.sampled_from([*"aЖ5é裝", "\u202eab", "אב", "\u0301", "🚀", "\U0010ffff", "\ufffe"]),
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"),
)
CELLS = st.lists(LETTERS, min_size=1, max_size=12).map("".join)
FORMULAS = st.tuples(st.sampled_from(FORMULA), st.one_of(st.just(""), CELLS)).map("".join)
LINES = st.lists(st.tuples(*[st.one_of(CELLS, FORMULAS, st.none())] * 3), min_size=1, max_size=40)
#: Every beginning with every rest: quotes, ends of lines, control characters and numbers.
GRID = [
    start + rest
    for start, rest in itertools.product(
        ["", *FORMULA, '"', "'", ",", "\n", "\r\n", "\ufeff", "א", "🚀", *CONTROLS],
        ["1+1", "x", '"', "\n", "\r", ",", "5", "5\n", "cmd|' /C calc'!A0", "\u202e", " "],
    )
]
NUMBERS = ["-5", "-0", "-12.5", "-1000000", "-007"]
NO_NUMBERS = ["-5\n", "-5+1", "-5 ", "--5", "-", "-٣", "-5;", "-5\t", "-5\r\n", "-=1", "-1.2.3", "－5"]


@contextmanager
def register(lines):
    """Yield a client of a register of rows with these texts."""
    with transaction.atomic():
        add(*(dict(zip(TEXTS, line, strict=True)) for line in lines))
        yield CLIENT
        transaction.set_rollback(True)


def read(client, query="", names=TEXTS):
    """Return the cells of the chosen columns, line by line."""
    data = body(client, f"/api/transfers.csv?fields={','.join(names)}{query}").decode()
    header, *lines = csv.reader(io.StringIO(data.removeprefix("\ufeff"), newline=""), strict=True)
    assert header == list(names)
    return lines


def guarded(text):
    """Return what a spreadsheet is given for a text."""
    return f"'{text}" if text.startswith(FORMULA) and not NEGATIVE.fullmatch(text) else text


@settings(max_examples=25)
@given(lines=LINES)
@example(lines=[("=1+1", "\r", "\t"), ("\r\n", '"', '""'), (None, "\x1f", ","), ("\n", "'", "\u2028")])
def test_any_text_comes_back_as_it_was(lines):
    with register(lines) as client:
        assert read(client) == [[text or "" for text in line] for line in lines]


@settings(max_examples=25)
@given(lines=LINES)
@example(lines=[("-5\n", "-1+1", "=1"), ("＝1", "-", "\t=1"), ("-5", None, "@x")])
def test_for_a_spreadsheet_each_formula_has_an_apostrophe_and_nothing_else_changes(lines):
    with register(lines) as client:
        assert read(client, "&excel=1") == [[guarded(text or "") for text in line] for line in lines]


class TestCells:
    @pytest.fixture(autouse=True, params=PATHS)
    def _path(self, request, monkeypatch):
        """Either way in which rows are read."""
        if request.param == "large":
            monkeypatch.setattr("transfers.exports.formats.SMALL", 0)

    def test_every_beginning_with_every_rest_comes_back(self, client):
        add(*({"note": text} for text in GRID))
        assert read(client, names=["key", "note"]) == [
            [f"row-{number:06}", text] for number, text in enumerate(GRID, 1)
        ]

    def test_for_a_spreadsheet_no_beginning_is_that_of_a_formula(self, client):
        add(*({"note": text} for text in GRID))
        cells = [line[1] for line in read(client, "&excel=1", names=["key", "note"])]
        assert cells == [guarded(text) for text in GRID]
        assert not [text for text in cells if text.startswith(FORMULA) and text != "-5"]

    def test_for_a_spreadsheet_negative_numbers_stay_as_they_are(self, client):
        add(*({"note": text} for text in NUMBERS), {"quantity_ordered_min": -5, "tiv_unit": -12.5})
        names = ["quantity_ordered_min", "tiv_unit", "note"]
        lines = [*(["", "", text] for text in NUMBERS), ["-5", "-12.5", ""]]
        assert read(client, "&excel=1", names=names) == lines

    def test_what_only_begins_like_a_negative_number_is_guarded(self, client):
        add(*({"note": text} for text in NO_NUMBERS))
        assert [line for [line] in read(client, "&excel=1", names=["note"])] == [
            f"'{text}" for text in NO_NUMBERS
        ]

    def test_a_list_that_begins_like_a_formula_is_guarded(self, client):
        factories.party("SRB", aliases=("=1+1", "Srbija"))
        factories.published()
        [line] = csv.DictReader(io.StringIO(body(client, "/api/parties.csv?excel=1&code=SRB").decode()))
        assert line["aliases"] == "'=1+1|Srbija"


class TestExcelOption:
    @pytest.fixture(autouse=True)
    def _transfer(self):
        full()

    @pytest.mark.parametrize("value", ["1", "true"])
    def test_every_file_begins_with_a_byte_order_mark(self, client, value):
        for resource in RESOURCES:
            assert body(client, f"/api/{resource}.csv?excel={value}").startswith(b"\xef\xbb\xbf")

    @pytest.mark.parametrize("value", ["0", "false"])
    def test_switched_off_it_changes_nothing(self, client, value):
        assert body(client, f"/api/transfers.csv?excel={value}") == body(client, "/api/transfers.csv")

    @pytest.mark.parametrize("form", ["json", *(form for form in FORMATS if form != "csv")])
    def test_it_contradicts_every_other_format(self, client, form):
        assert error(client.get(f"/api/transfers.{form}?excel=1")) == ("excel", "contradiction")

    @pytest.mark.parametrize("value", ["2", "yes", "TRUE", "-1"])
    def test_it_is_true_or_false(self, client, value):
        assert error(client.get(f"/api/transfers.csv?excel={value}")) == ("excel", "invalid")

    def test_it_has_a_tag_of_its_own(self, client):
        assert len({client.get(f"/api/claims.csv?excel={value}")["ETag"] for value in "10"}) == 2
