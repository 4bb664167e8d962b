"""manage.py reconcile: what it lists, as text and as CSV, and what it does."""

import csv
from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from tests.support import factories
from tests.support.deals import DEAL, described, imported, public
from transfers.models import Proposal, RegistryRow, Transfer

pytestmark = pytest.mark.django_db


def reconcile(*arguments):
    out = StringIO()
    call_command("reconcile", *arguments, stdout=out, stderr=StringIO())
    return out.getvalue()


def rows(*arguments):
    return list(csv.DictReader(StringIO(reconcile("--csv", "-", *arguments))))


@pytest.fixture
def pair():
    """Add a deal and return the transfer that it may be: the dates agree, the numbers differ."""
    imported()
    other = described()
    factories.quantity("ordered", 6, transfer=other)
    return other


def test_it_lists_score_reasons_and_figures(pair):
    assert reconcile().splitlines() == [
        "proposed: own=told, score 0.67, line 14 of r.csv",
        "    why: same system; ordered in 2018; sources say agreed 2018-10;"
        " 4 system ordered against 6 system",
        "    quantity_ordered: dispute: 4 system against 6 system",
        "    date_agreed: compatible: 2018 against 2018-10",
        "proposed: 1; joined: 0; transfers without a deal: 0; deals without a transfer: 0",
    ]


def test_it_names_what_only_one_side_has_and_rivals():
    imported()
    described("one")
    described("two")
    described("lone", system="t-72")
    imported(key="also-lone", system="su-35")
    printed = reconcile().splitlines()
    assert "    rivals: two" in printed
    assert "transfer without a deal: lone" in printed
    assert "deal without a transfer: also-lone, line 14" in printed


def test_a_long_list_is_cut_as_text_and_whole_as_csv():
    for number in range(21):
        described(f"told-{number:02}")
    assert "told-20" not in reconcile()
    assert "… and more; --csv lists all" in reconcile()
    assert [row["transfer"] for row in rows()] == [f"told-{number:02}" for number in range(21)]


def test_the_csv_has_a_line_a_figure(pair):
    first, second = rows()
    assert first == {
        "relation": "proposed", "supplier": "RUS", "recipient": "TUR", "system": "s-400", "transfer": "told",
        "deal_transfer": "own", "locator": "line 14", "score": "0.67", "measure": "quantity_ordered",
        "register_says": "4 system", "others_say": "6 system", "verdict": "dispute",
    }  # fmt: skip
    assert (second["measure"], second["verdict"]) == ("date_agreed", "compatible")


def test_the_csv_says_what_is_not_comparable():
    imported()
    factories.quantity("ordered", 2, unit="battery", transfer=described())
    assert rows()[0]["verdict"] == "not comparable: 4 system against 2 battery"


def test_the_csv_lists_what_is_joined_and_what_only_one_side_has(pair):
    reconcile("--accept", "own=told", "--reason", "the same")
    imported(key="lone-deal", system="su-35")
    described("lone", system="t-72")
    relations = [(row["relation"], row["transfer"], row["deal_transfer"], row["measure"]) for row in rows()]
    assert relations == [
        ("joined", "told", "own", "quantity_ordered"),
        ("joined", "told", "own", "date_agreed"),
        ("no deal", "lone", "", ""),
        ("no transfer", "", "lone-deal", ""),
    ]


def test_the_csv_goes_into_a_file(pair, tmp_path):
    reconcile("--csv", str(tmp_path / "links.csv"))
    assert (tmp_path / "links.csv").read_bytes().count(b"\r\n") == 3


def test_a_file_that_cannot_be_written_is_one_sentence(pair, tmp_path):
    with pytest.raises(CommandError, match="cannot be written"):
        reconcile("--csv", str(tmp_path / "none" / "links.csv"))


def test_names_narrow_the_list_and_a_family_has_its_variants():
    factories.system("pantsir-s1", variant_of=factories.system("pantsir", aliases=("Панцирь",)))
    imported(system="pantsir-s1")
    imported(key="another")
    assert [row["deal_transfer"] for row in rows("--system", "Панцирь", "--recipient", "Turkey")] == ["own"]


def test_an_unknown_party_is_an_error_with_a_suggestion(pair):
    with pytest.raises(CommandError, match=r"No recipient is known as 'Turky'. Did you mean 'Turkey"):
        reconcile("--recipient", "Turky")


def test_accepting_joins_and_says_what_became_of_both(pair):
    assert reconcile("--accept", "own=told", "--reason", "the same").splitlines() == [
        "The deal of own is one of told from now on.",
        "own was never public and was deleted.",
        "told was draft; it is a draft now.",
    ]
    assert pair.quantities.count() == 2


def test_accepting_publishes_on_demand(pair):
    public(pair)
    public(Transfer.objects.get(key="own"))
    printed = reconcile("--accept", "own=told", "--publish", "--reason", "the same").splitlines()
    assert printed[1:] == ["revision 3: withdraw own", "revision 4: update told"]
    assert RegistryRow.objects.current().get().key == "told"


@pytest.fixture
def purchase():
    """Add two deals, and a transfer whose number they make."""
    for number, count in enumerate((3, 2)):
        imported(replace(DEAL, lines=(14 + number,), ordered=count), f"own-{number}")
    other = described()
    factories.quantity("ordered", 5, transfer=other)
    return other


def test_deals_that_make_a_number_are_proposed_together(purchase):
    printed = reconcile().splitlines()
    assert printed[:5] == [
        "proposed together: own-0,own-1=told, score 0.78, line 14 of r.csv; line 15 of r.csv",
        "    why: 3 + 2 make its number; same system; ordered in 2018; sources say agreed 2018-10;"
        " 5 system ordered by both",
        "    quantity_ordered: 5 system",
        "    date_agreed: compatible: 2018 against 2018-10",
        "proposed: own-0=told, score 0.67, line 14 of r.csv",
    ]
    assert "proposed: 2; together: 1; joined: 0;" in printed[-1]
    first = rows()[0]
    assert (first["relation"], first["deal_transfer"], first["verdict"]) == (
        "proposed together",
        "own-0|own-1",
        "same",
    )


def test_a_group_is_accepted_at_once_and_taken_back(purchase):
    printed = reconcile("--accept", "own-0,own-1=told", "--reason", "one purchase").splitlines()
    assert printed[:2] == [f"The deal of own-{number} is one of told from now on." for number in (0, 1)]
    assert Transfer.objects.get().quantities.count() == 3
    assert reconcile("--undo", "own-0,own-1=told", "--reason", "a mistake").splitlines() == [
        "own-0 is a transfer of its own again, a draft.",
        "own-1 is a transfer of its own again, a draft.",
        "told is a draft now.",
    ]
    assert "proposed together: own-0,own-1=told" in reconcile()


def test_declining_takes_the_pair_from_the_list(pair):
    reconcile("--decline", "own=told", "--reason", "another order")
    assert Proposal.objects.get().excerpt == "another order"
    assert "proposed: 0;" in reconcile()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--accept", "own=told"], "needs a --reason"),
        (["--undo", "own=told"], "needs a --reason"),
        (["--undo", "own=told", "--reason", "so"], "The deal of own is not joined to told"),
        (["--accept", "own,own=told", "--reason", "so"], "names a transfer twice"),
        (["--decline", "own,told=told"], "is no pair"),
        (["--accept", "own", "--reason", "so"], "is no pair: write OWN=OTHER"),
        (["--accept", "own=none", "--reason", "so"], "No such transfer: none"),
        (["--accept", "none=told", "--reason", "so"], "No imported deal has 'none' as its transfer"),
        (["--accept", "told=own", "--reason", "so"], "No imported deal has 'told' as its transfer"),
        (["--publish"], "--publish goes with --accept"),
        (["--reason", "so"], "--reason goes with"),
        (["--decline", "own=told", "--system", "S-400"], "take no --csv and no names"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(pair, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        reconcile(*arguments)
    assert DEAL.comments == Transfer.objects.get(key="own").comment
