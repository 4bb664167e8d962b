"""A small register with a record of every kind, and the pages of the admin that show it."""

from tests.support import deals, factories
from transfers.curation import workflow
from transfers.models import ArticleText, Proposal, history

TEXT = """Serbia takes delivery

Serbia has ordered six S-400 systems from Russia for about $400 million, an official said.

The first of them came in October 2019."""
#: Pages by name; braces name the records that `create_records` returns.
PAGES = {
    "front page": "",
    "transfers": "transfers/transfer/",
    "a queue": "transfers/transfer/?queue=disputed",
    "a transfer": "transfers/transfer/{transfer}/change/",
    "a draft": "transfers/transfer/{draft}/change/",
    "a new transfer": "transfers/transfer/add/",
    "moving claims": "transfers/transfer/{transfer}/move/",
    "work by week": "transfers/transfer/dashboard/",
    "history": "transfers/transfer/{transfer}/history/",
    "deleted transfers": "transfers/transfer/deleted/",
    "deletion": "transfers/transfer/{draft}/delete/",
    "claims": "transfers/quantity/",
    "sources": "transfers/source/",
    "a source": "transfers/source/{source}/change/",
    "a party": "transfers/party/{party}/change/",
    "systems": "transfers/system/",
    "a system": "transfers/system/{system}/change/",
    "a new article": "transfers/articletext/add/",
    "an article": "transfers/articletext/{article}/change/",
    "a claim of a mark": f"transfers/articletext/{{article}}/claim/?mark={TEXT.index('six')}",
    "imports": "transfers/importbatch/",
    "an import": "transfers/importbatch/{batch}/change/",
    "an upload": "transfers/importbatch/add/",
    "proposals": "transfers/proposal/",
    "reconcile": "transfers/importbatch/links/",
    "ambiguous deals": "transfers/importbatch/ambiguous/",
    "log": "transfers/revision/",
    "sources from a file": "transfers/source/import/",
    "users": "auth/user/",
    "tables": "transfers/",
    "no page": "none/",
}


def _create_public():
    """Create a public transfer with claims of each kind."""
    public = factories.published("rus-srb-s-400-2019", occasion="Slavic Shield 2019", location="Batajnica")
    official = {"attributed_to": "Russian Ministry of Defence", "excerpt": "sent a division of S-400 systems"}
    factories.quantity(number=8, transfer=public, **official)
    factories.quantity("delivered", 2, transfer=public, preferred=True, note="Printed as a division.")
    factories.date("delivered", "2019-10-23/2019-10-29", transfer=public)
    factories.valuation(transfer=public)
    return public


def create_records(user=None, reviewer=None):
    """Create a record or two of every kind; return the keys that the pages name."""
    public = _create_public()
    party = factories.party("IND", aliases=("Bharat", "Republic of India"))
    system = factories.system("su-30", aliases=("Flanker",), provisional=True)
    with history.record_because("Two papers read", user):
        draft = factories.quantity(transfer=factories.transfer("rus-ind-su-30-2018", system=system)).transfer
        asked_back = factories.quantity(transfer=factories.transfer("rus-srb-mi-35m-2017")).transfer
    waiting = factories.in_review()
    factories.transfer("a-slip").delete()
    source = factories.source("moscow-times-2019-10-24-s400-drill")
    article = ArticleText.objects.create(source=source, text=TEXT, added_by=user)
    deal = deals.imported()
    Proposal.objects.create(transfer=deal.transfer, deal=deal, field="kind", value="gift")
    deals.described()
    if user is not None:
        workflow.move(asked_back, "submit", user, "One source so far")
        workflow.move(asked_back, "return", reviewer, "Is it the date of the contract?")
    return {
        "transfer": public.pk, "draft": draft.pk, "waiting": waiting.pk, "source": source.pk,
        "party": party.pk, "system": system.pk, "article": article.pk, "batch": deal.batch_id,
    }  # fmt: skip
