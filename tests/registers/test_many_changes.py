"""Two editions of an invented register between which much changed: what is one deal, and what is not."""

from collections import Counter
from dataclasses import replace
from random import Random

import pytest

from tests.registers.test_importing import edition
from tests.support import registers
from transfers.models import RegisterDeal, RegistryRow
from transfers.registers.importing import write

pytestmark = pytest.mark.django_db

NUMBER = 1500
#: Other words for the same weapon.
WORDS = {
    "SAM system": "surface-to-air missile system",
    "mobile SAM system": "mobile surface-to-air missile system",
    "SAM": "surface-to-air missile", "APC": "armoured personnel carrier", "IFV": "infantry fighting vehicle",
    "MRL": "multiple rocket launcher", "self-propelled MRL": "self-propelled multiple rocket launcher",
    "AA gun": "anti-aircraft gun", "UAV": "reconnaissance drone", "armed UAV": "armed drone",
    "OPV": "offshore patrol vessel", "ARV": "armoured recovery vehicle", "patrol craft": "patrol boat",
    "MP aircraft": "maritime patrol aircraft", "SRAAM": "short-range air-to-air missile",
    "EO search/fire control": "electro-optical search/fire control",
}  # fmt: skip
#: Words for the same weapon that are counted in another unit.
UNITS = {
    "MRL": "rocket system", "self-propelled MRL": "rocket system", "AA gun": "AA system",
    "self-propelled AA gun": "anti-aircraft system", "sonar": "sonar system",
    "air search radar": "air search system", "sea search radar": "sea search system",
    "guided bomb": "guided rocket",
}  # fmt: skip


def change(deal, number, random):
    """Return what the later edition has in the place of the deal: itself, changed, split or no more."""
    if random.random() < 0.15:
        designation = random.choice((f"{deal.designation}/Q-{number}", f"Quex-{number}"))
        deal = replace(deal, designation=designation)
    if random.random() < 0.1:
        deal = replace(deal, description=WORDS.get(deal.description, f"light {deal.description}"))
    elif random.random() < 0.3 and deal.description in UNITS:
        deal = replace(deal, description=UNITS[deal.description])
    happens = random.random()
    if happens < 0.02:
        return [replace(deal, ordered=None, tiv_ordered=None)]
    if happens < 0.05:
        return [replace(deal, delivered=deal.delivered + 1, delivery_years=(*deal.delivery_years, 2026))]
    if happens < 0.06 and deal.ordered and deal.ordered > 3:
        return [replace(deal, ordered=count, comments=f"Part {count}") for count in (1, deal.ordered - 1)]
    return [] if happens > 0.98 else [deal]


def test_later_edition_with_many_changes_is_matched_and_nothing_is_merged_or_doubled():
    random = Random(11)
    old = registers.deals(NUMBER, seed=11)
    changed = [(deal, number) for number, each in enumerate(old) for deal in change(each, number, random)]
    others = registers.deals(NUMBER // 10, seed=111)
    write.import_register(edition(*old), file_name="r.csv", reason="First", publish_too=True)
    keys = list(RegisterDeal.objects.order_by("pk").values_list("transfer__key", flat=True))
    stated = dict(zip(keys, old, strict=True))
    later = edition(*(deal for deal, _ in changed), *others, generated="19 May 2027")
    deals = write.import_register(later, file_name="s.csv", reason="Second", publish_too=True).plan.deals
    same, new = deals[: len(changed)], deals[len(changed) :]
    matched = [(one, number) for one, (_, number) in zip(same, changed, strict=True) if one.before]
    assert all(stated[one.before.key] == old[number] for one, number in matched)
    assert {str(one.outcome) for one in same if not one.before} == {"ambiguous"}
    assert not any(one.before for one in new)
    numbers = Counter(number for _, number in changed)
    unsplit = sum(count for count in numbers.values() if count == 1)
    assert len(matched) > 0.97 * unsplit
    imported = sum(one.outcome == "new" for one in new)
    assert RegistryRow.objects.current().count() == NUMBER + imported
