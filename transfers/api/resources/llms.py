"""/llms.txt: what this register is and how to ask it, as plain text for a language model."""

from collections.abc import Iterator, Mapping

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from transfers.api import errors
from transfers.api.request import filters, paging, parameters
from transfers.api.response.output import LICENCE
from transfers.vocabulary.fields import Field, Type

from . import releases
from .dictionary import LISTS, SUMMARIES

_ABOUT = """# arms_registry

> A register of international arms transfers in which every figure leads to the words of a source.
> Read-only, no key, no login. Data: {licence}. Cite `citation` of an answer.

Quantities and dates can be uncertain: a range, an open end, a date such as 2019 or 2017/2020. A filter
selects what may match; `certain=true` selects what must. Nothing asked is ignored: an unknown parameter or
value is a 400 (`application/problem+json`) that names what was perhaps meant. So an empty answer means
that nothing is recorded, not that nothing happened."""

_GRAMMAR = """Repeat a parameter for OR (for `__not`: none of them); different parameters are AND; on codes,
slugs and choices a comma is OR too. Parties and systems are found by code, name or alias in any spelling. A
row without a value matches no filter on it but `__isnull=true`, which every field that may be missing has."""

_EXAMPLES = (
    ("transfers?system=S-400", "who got S-400 systems"),
    ("transfers.csv?supplier=Russia&recipient=Serbia", "one pair, as CSV"),
    ("transfers?date_delivered__gte=2019&certain=true", "surely delivered in 2019 or later"),
    ("transfers/summary?group_by=recipient,year_delivered", "counts and sums"),
    ("deliveries/summary?group_by=year,supplier&sum=tiv", "what arrived, by year, and from whom"),
    ("transfers?recipient=Serbia&as_of=1", "the register as it stood at revision 1"),
    ("changes?since=2026-01-01", "what changed, newest first; changes.atom is a feed"),
    ("claims?measure=quantity_delivered&fields=transfer,minimum,excerpt,url", "the words behind the figures"),
)


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """Answer with the text and this server's addresses; 400 for any parameter, as everywhere."""
    if request.GET:
        return errors.problem(400, "There are no parameters here.", allowed=[])
    base = request.build_absolute_uri("/api")
    parts = [
        _ABOUT.format(licence=LICENCE),
        *(f"## {title}\n\n{text}" for title, text in _list_sections(base)),
    ]
    return HttpResponse("\n\n".join(parts) + "\n", content_type="text/plain; charset=utf-8")


def _list_sections(base: str) -> Iterator[tuple[str, str]]:
    yield "Resources", "\n".join(f"- {line}" for line in _list_resources(base))
    yield "Filters", f"{_GRAMMAR}\n\n" + "\n".join(f"- {line}" for line in _list_lookups())
    own = "\n".join(f"- `{name}`: {text}" for name, text in parameters.OWN.items())
    grouped = "\n".join(f"`group_by` of {view.path}: {', '.join(view.groups)}." for view in SUMMARIES)
    yield "Other parameters", f"{own}\n\n{grouped}"
    yield "Examples", "\n".join(f"- {base}/{query} – {words}" for query, words in _EXAMPLES)
    for view in LISTS:
        yield f"Fields of {view.name}", "\n".join(f"- {_describe(item)}" for item in view.items)


def _list_resources(base: str) -> Iterator[str]:
    for view in LISTS:
        yield f"{base}/{view.name} (or .csv): {view.__doc__}"
    yield f"{base}/transfers/{{key}}: One transfer with its claims and its history."
    yield f"{base}/claims/{{claim}}, parties/{{code}}, systems/{{slug}}, sources/{{key}}: one record."
    yield f"{base}/transfers/{{key}}@{{revision}}: The same as it stood at a revision, for ever."
    for each in SUMMARIES:
        yield f"{base}/{each.path}: {each.__doc__}"
    yield f"{base}/releases: {releases.ReleaseList.__doc__}"
    yield f"{base}/releases/{{name}}/compare/{{other}}: {releases.ReleaseComparison.__doc__}"
    yield f"{base}/fields: Every field with its type, unit, choices and filters."
    yield f"{base}/schema: All of this as OpenAPI 3.1; {base[:-4]}{reverse('docs')} shows it in a browser."
    yield f"A list has pages of {paging.PAGE_SIZE} rows: follow `next` until it is null. CSV is the whole."
    yield "`as_of` answers from the log: nothing published changes without a revision that says why."


def _list_lookups() -> Iterator[str]:
    """Yield the lookups of each type, as the filters themselves are built."""
    for kind in Type:
        choices = (("value", "value"),) if kind is Type.CHOICE else ()
        day = Field("field_earliest", Type.DATE, "", nullable=False)
        built = filters.build_filters((Field("field", kind, "", choices=choices, nullable=False), day))
        if "field" not in built:  # it is only to be read
            continue
        yield f"{kind}: {_format_lookups(built, day.name)}"
    figure = Field("field_min", Type.INTEGER, "", nullable=False)
    built = filters.build_filters((figure,))
    yield f"a figure with _min and _max, by its stem: {_format_lookups(built, figure.name)}"


def _format_lookups(built: Mapping[str, filters.ValuesFilter], except_for: str) -> str:
    """Return each lookup with its meaning, except for those of the field that another one needs."""
    return "; ".join(
        f"`{name}=` {declared.label}" for name, declared in built.items() if not name.startswith(except_for)
    )


def _describe(item: Field) -> str:
    kind = f"{item.type}, may be missing" if item.nullable else item.type
    unit = f" [{item.unit}]" if item.unit else ""
    choices = f" One of: {', '.join(value for value, _ in item.choices)}." if item.choices else ""
    return f"`{item.name}` ({kind}){unit}: {item.description}{choices}"
