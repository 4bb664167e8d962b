"""What is proposed for a claim: the marked figure, its place, and what the curator entered last."""

from decimal import Decimal
from typing import Any

from transfers.curation.outcomes import FIGURES, list_other_figures
from transfers.evidence.recognition.marks import DATE, MONEY, Mark, choose_excerpt
from transfers.evidence.recognition.measures import find_measure
from transfers.models import CLAIM_MODELS, ArticleText, Valuation, history
from transfers.vocabulary.counts import Number

#: What a curator is likely to enter for the next claim of an article as for the last one.
_REMEMBERED = ("attributed_to", "credibility")


def propose_claim(article: ArticleText, mark: Mark, user: Any) -> dict[str, Any]:
    """Return values for the claim's form; the user's newest claim of the source gives what no mark says."""
    newest = {model: _get_newest(model, article, user) for model in CLAIM_MODELS}
    latest = max(filter(None, newest.values()), key=lambda copy: copy.history_date, default=None)
    proposal = {name: getattr(latest, name) for name in _REMEMBERED} if latest else {}
    proposal |= {"locator": f"¶{mark.paragraph}", "excerpt": _propose_excerpt(article, mark)}
    model = FIGURES[mark.kind]
    proposal[model.MEASURE_FIELD] = _propose_measure(article, mark, newest[model])
    if mark.kind == DATE:
        return proposal | {"date": mark.value[0]}
    *ends, unit = mark.value
    minimum, maximum = (Decimal(end) if end else None for end in ends)
    if minimum is not None or maximum is not None:
        proposal["number"] = Number(minimum, maximum, mark.is_approximate)
    if mark.kind == MONEY:
        return proposal | {"measure": Valuation.Measure.DEAL_VALUE, "currency": unit}
    return proposal | {"unit": unit}


def _propose_excerpt(article: ArticleText, mark: Mark) -> str:
    """Return the words around the figure; those of a date hold no other figure."""
    apart = list_other_figures(article, mark) if mark.kind == DATE else []
    return choose_excerpt(article.text, mark, apart)


def _get_newest(model: Any, article: ArticleText, user: Any) -> Any:
    """Return the user's newest claim of this kind and of the article's source, as it was recorded."""
    copies = model.history.filter(source=article.source_id, history_user=user.pk, history_type=history.ADDED)
    return copies.order_by("-history_date", "-history_id").first()


def _propose_measure(article: ArticleText, mark: Mark, latest: Any) -> str:
    """Return the measure that the nearest words name; where they name none, that of the latest claim."""
    measure = find_measure(article.text, mark)
    field = FIGURES[mark.kind].MEASURE_FIELD
    if measure == "":
        return getattr(latest, field) if latest else ""
    choices = FIGURES[mark.kind]._meta.get_field(field).choices
    return measure if measure and measure in {value for value, _ in choices} else ""
