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
    parts = [part.form for part in (maker.part, *maker.beside)]
    for form in (*parts, maker.target, maker.new):
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


def tick(client, address, words, **values):
    """Return the proposed form with the figure of these words ticked as well, with values of its claim."""
    beside = client.get(address).context["maker"].beside
    (part,) = [part for part in beside if part.mark.text == words]
    values = {"credibility": 2} | values
    claim = {f"{part.prefix}claim-{name}": value for name, value in values.items()}
    return fill_in(client, address) | {part.wanted_name: "on"} | claim
