"""Articles in the admin: the page of a mark's claim, and its form as a browser would post it."""

from django.urls import reverse


def get_claim_page(article, words):
    """Return the address of the claim made from the mark at the first place of these words."""
    address = reverse("admin:transfers_articletext_claim", args=[article.pk])
    return f"{address}?mark={article.text.index(words)}"


def read_proposal(client, address):
    """Return the proposed form: the name and value of each field, and of what it was before."""
    maker = client.get(address).context["maker"]
    values = {}
    for form in (maker.claim, maker.target, maker.new):
        for field in form or ():
            value = field.field.prepare_value(field.value())
            values[field.html_name] = value
            if field.field.show_hidden_initial:
                values[field.html_initial_name] = value
    return {
        name: getattr(value, "pk", value) for name, value in values.items() if value not in (None, False, "")
    }


def fill_in(client, address, **values):
    """Return the proposed form with these values, and with what no program proposes."""
    return read_proposal(client, address) | {"claim-measure": "ordered", "claim-credibility": 2} | values
