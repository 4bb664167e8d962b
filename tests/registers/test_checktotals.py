"""The command that checks tables of TIV: its words, its options and its exit code."""

from dataclasses import replace
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.registers.test_importing import DEAL, bring
from tests.support import factories
from transfers.models import Party, PartyAlias, Transfer

pytestmark = pytest.mark.django_db
RIGHT = """"TIV of arms imports to India, 2003-2006"

,2003,2004,2005,2006,Total
France,,80,,80,160
Total,,80,,80,160
"""


@pytest.fixture
def check(tmp_path):
    """Return a function that checks a table and returns what the command prints."""

    def run(text, **options):
        (tmp_path / "table.csv").write_text(text, encoding="utf-8")
        out = StringIO()
        try:
            call_command("checktotals", str(tmp_path / "table.csv"), stdout=out, **options)
        except CommandError as error:
            return f"{out.getvalue()}CommandError: {error}"
        return out.getvalue()

    return run


def test_a_table_that_agrees_is_counted(check):
    bring(DEAL, by_year=True)
    assert check(RIGHT).splitlines() == [
        "A table of the imports of India: 1 row, 5 columns. The register has 1 deal of these parties.",
        "10 of 10 cells agree: 10 with the register's sum, 0 with what is possible.",
    ]


def test_a_deviation_is_listed_and_fails(check):
    bring(DEAL, by_year=True)
    lines = check(RIGHT.replace("France,,80", "France,2,80")).splitlines()
    assert "deviates: France, 2003 (line 4): the table has 2, the register nothing" in lines
    assert lines[-1] == "CommandError: The table deviates from the register in 1 cell."


def test_a_trade_register_is_compared_by_its_totals_and_bounds(check):
    bring(DEAL)
    lines = check(RIGHT).splitlines()
    assert lines[1].startswith("How the TIV of 1 of them falls to years is not stated.")
    assert lines[-1] == "10 of 10 cells agree: 6 with the register's sum, 4 with what is possible."


def test_a_split_that_one_layout_states_serves_the_other(check):
    bring(DEAL, by_year=True)
    bring(DEAL, generated="19 May 2027")
    assert check(RIGHT).splitlines()[-1].startswith("10 of 10 cells agree: 10 with")


def test_a_newer_edition_decides(check):
    bring(DEAL, by_year=True)
    bring(
        replace(DEAL, delivered=1, delivery_years=(2004,), tiv_delivered=Decimal(80)), generated="19 May 2027"
    )
    assert "deviates: France, 2006 (line 4): the table has 80, the register nothing" in check(RIGHT)


def test_a_party_is_found_by_its_alias(check):
    party = factories.party("IND")
    PartyAlias.objects.create(party=party, name="Bharat")
    bring(DEAL, by_year=True)
    assert "10 of 10 cells agree" in check(RIGHT.replace("India", "Bharat"))


def test_a_withdrawn_transfer_is_not_counted(check):
    bring(DEAL, replace(DEAL, year=2002, comments="Cancelled"), by_year=True)
    assert "deviates" in check(RIGHT)
    Transfer.objects.filter(key__endswith="2002").update(state="withdrawn")
    assert "10 of 10 cells agree" in check(RIGHT)


def test_editions_of_some_years_add_up(check):
    late = replace(DEAL, delivered=1, delivery_years=(2006,), tiv_delivered=Decimal(80))
    early = replace(late, delivery_years=(2004,))
    title = "Deals with deliveries made for the year range '{}' to '{}'"
    for deal, years in ((late, (2005, 2023)), (early, (1950, 2004))):
        bring(deal, preamble=(title.format(*years), "Data generated: {generated}"))
    assert "10 of 10 cells agree: 10 with" in check(RIGHT)


def test_options_say_what_a_table_does_not(check):
    bring(DEAL, replace(DEAL, recipient="Peru"), by_year=True)
    bare = RIGHT.partition("\n")[2]
    assert "does not say which role its rows' parties have: give --direction." in check(bare)
    assert "10 of 10 cells agree" in check(bare, direction="imports", party="India")
    assert "deviates" in check(bare, direction="imports")


def test_a_table_of_exports_has_rows_of_recipients(check):
    bring(DEAL, by_year=True)
    exports = RIGHT.replace("imports to India", "exports from France").replace("\nFrance", "\nIndia")
    assert "10 of 10 cells agree" in check(exports)


def test_a_party_that_the_register_has_no_deal_of_is_told(check):
    bring(DEAL)
    words = "CommandError: The register has no deal for a table of the imports of Peru."
    assert check(RIGHT.replace("India", "Peru")) == words


def test_what_is_no_table_is_told_with_its_name(check):
    assert "table.csv: None of the first 50 lines is the header of a TIV table" in check("a,b\n1,2\n")


def test_nothing_is_stored(check):
    bring(DEAL, by_year=True)
    before = (Party.objects.count(), Transfer.objects.count())
    check(RIGHT)
    assert (Party.objects.count(), Transfer.objects.count()) == before
