"""Imported deals and what articles describe, as records: each helper makes one."""

from tests.support import factories
from transfers.models import ImportBatch, RegisterDeal, Transfer
from transfers.publication import publish
from transfers.registers.importing import sources
from transfers.registers.importing.claims import list_figures
from transfers.registers.reading.records import Deal, dump_deal

NOTED = "Option on 4 more"
DEAL = Deal((14,), "Russia", "Turkey", "S-400", year=2018, ordered=4, comments=NOTED)


def edition(key="sipri-2021", published="2021-03-15"):
    register = {"origin_of": sources.REGISTER, "publisher": sources.PUBLISHER, "published": published}
    return factories.source(key, **register)


def imported(deal=DEAL, key="own", *, source=None, system="s-400", recipient="TUR", **values):
    """Add a deal as an import leaves it: a transfer of its own, the edition's claims, and its statement."""
    source = source or edition()
    batch, _ = ImportBatch.objects.get_or_create(
        source=source,
        defaults={"layout": "trade_register", "file_name": "r.csv", "sha256": "a" * 64, "records": 1},
    )
    own = Transfer.objects.filter(key=key).first() or factories.transfer(
        key, system=system, recipient=recipient, comment=deal.comments, condition=deal.condition, **values
    )
    for figure in list_figures(deal, "system"):
        figure.model.objects.create(**figure.build_claim(transfer=own, source=source, locator=deal.locator))
    return RegisterDeal.objects.create(
        batch=batch, transfer=own, outcome="new", locator=deal.locator, stated=dump_deal(deal)
    )


def described(key="told", *, system="s-400", recipient="TUR", date="2018-10", **values):
    """Add a transfer that an article describes."""
    transfer = factories.transfer(key, system=system, recipient=recipient, **values)
    factories.date("agreed", date, transfer=transfer)
    return transfer


def public(transfer):
    publish.publish([transfer], "Test")
    transfer.refresh_from_db()
    return transfer
