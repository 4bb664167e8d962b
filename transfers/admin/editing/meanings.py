"""What a number or a date in words is understood to mean: beside its field, and while it is typed."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import cast

from django.http import HttpRequest, JsonResponse
from django.urls import reverse_lazy

from transfers.vocabulary import counts, written_dates
from transfers.vocabulary.counts import Number

COUNT, SUM, DATE = "count", "sum", "date"
NUMBER_READERS: dict[str, Callable[[str], Number]] = {COUNT: counts.parse_count, SUM: counts.parse}
_LONGEST = 500


@dataclass(frozen=True)
class Meaning:
    """What a text means, or why it cannot be read, and what it may stand for."""

    text: str = ""
    fault: str = ""
    proposal: str = ""


def get_url() -> str:
    """Return the address of the view, when it is needed: the addresses are not yet known at import."""
    return cast(str, reverse_lazy("transfers_meaning"))


def explain(kind: str, text: str) -> Meaning:
    """Return the meaning of a text in a field of this kind."""
    try:
        if kind == DATE:
            date = written_dates.parse(text)
            return Meaning(f"{date} means {written_dates.describe(date)}")
        return Meaning(f"means {counts.describe(NUMBER_READERS[kind](text))}")
    except (counts.NotANumber, written_dates.NotADate) as error:
        return Meaning(fault=str(error), proposal=error.proposal)


def meaning_view(request: HttpRequest) -> JsonResponse:
    """Answer with the meaning of `text` in a field of this `kind`; without text there is none."""
    kind, text = request.GET.get("kind", ""), request.GET.get("text", "").strip()
    if kind not in (DATE, *NUMBER_READERS) or len(text) > _LONGEST:
        return JsonResponse({"error": "Unknown kind, or too long a text."}, status=400)
    return JsonResponse(asdict(explain(kind, text) if text else Meaning()))
