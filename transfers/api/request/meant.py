"""Parameters that people try first, and those that they mean by them."""

from collections.abc import Collection

from transfers.vocabulary.names import suggest

_PARTIES = ("supplier", "recipient")
_DATES = ("date_delivered", "date_agreed", "date", "published", "time")
_DAYS = ("date_delivered__gte", "date_agreed__gte", "date__gte", "published__gte", "time__gte", "since")
_ENDS = ("date_delivered__lte", "date_agreed__lte", "date__lte", "published__lte", "time__lte", "as_of")
_COUNTS = ("quantity_ordered", "quantity_delivered", "minimum")
_MEANT: dict[tuple[str, ...], tuple[str, ...]] = {
    ("country", "state", "nation", "party", "parties", "iso3", "country_code"): (*_PARTIES, "code"),
    ("from", "seller", "exporter", "export", "producer", "origin", "source_country"): ("supplier",),
    ("to", "buyer", "importer", "import", "customer", "destination", "dest"): ("recipient",),
    ("weapon", "weapons", "equipment", "designation", "model", "product"): ("system", "name"),
    ("type", "weapon_type"): ("category", "kind", "measure"),
    ("year", "date", "years", "period", "when"): _DATES,
    ("start", "begin", "since", "after", "from_year", "start_year", "year_from", "from_date"): _DAYS,
    ("end", "until", "before", "to_year", "end_year", "year_to", "to_date"): _ENDS,
    ("ordered", "order_date", "contract"): ("date_agreed", "quantity_ordered"),
    ("delivered", "delivery", "delivery_year", "deliveries"): ("date_delivered", "quantity_delivered"),
    ("quantity", "number", "count", "units"): _COUNTS,
    ("tiv",): ("tiv_delivered", "tiv_ordered"),
    ("value", "price", "cost", "amount", "money", "usd"): ("deal_value", "minimum"),
    ("currency",): ("deal_currency",),
    ("search", "query", "text", "keyword", "keywords", "term", "s"): ("q",),
    ("id", "pk", "slug", "transfer", "claim", "key"): ("key", "claim", "slug", "code"),
    ("offset", "page", "skip", "start_at", "next"): ("cursor",),
    ("limit", "per_page", "size", "rows", "top", "max", "pagesize", "page_limit"): ("page_size",),
    ("sort", "sort_by", "order", "order_by", "sortby", "orderby"): ("ordering",),
    ("columns", "select", "cols", "only", "include"): ("fields",),
    ("exclude", "without", "drop"): ("omit",),
    ("group", "groupby", "by", "aggregate"): ("group_by",),
    ("version", "revision", "at", "snapshot"): ("as_of",),
    ("output", "filetype", "mime"): ("format",),
}  # fmt: skip
MEANT = {word: meant for words, meant in _MEANT.items() for word in words}
#: Suffixes of filters as other programs write them; a list is a repeated parameter here, or one with commas.
_SUFFIXES = {
    "in": "", "eq": "", "exact": "", "iexact": "", "is": "", "any": "", "overlap": "", "year": "",
    "ne": "__not", "neq": "__not", "exclude": "__not", "not_in": "__not", "nin": "__not",
    "gt": "__gte", "min": "__gte", "from": "__gte", "after": "__gte", "since": "__gte", "ge": "__gte",
    "lt": "__lte", "max": "__lte", "to": "__lte", "before": "__lte", "until": "__lte", "le": "__lte",
    "icontains": "__contains", "like": "__contains", "ilike": "__contains", "startswith": "__contains",
    "null": "__isnull", "isempty": "__isnull", "exists": "__isnull",
}  # fmt: skip


def suggest_parameters(name: str, known: Collection[str]) -> list[str]:
    """Return the parameters that a name may mean, the likeliest first: by its meaning, or by its letters.

    Letters never suggest another suffix than the one that was written, which may be its opposite.
    """
    base, mark, suffix = name.lower().removesuffix("[]").partition("__")
    before, _, last = base.rpartition("_")
    if before in known and not mark:  # quantity_ordered_gte
        base, mark, suffix = before, "__", last
    bases = [base] if base in known else MEANT.get(base, ())
    ending = _SUFFIXES.get(suffix, f"__{suffix}" if mark else "")
    if meant := [each for each in (f"{each}{ending}" for each in bases) if each in known and each != name]:
        return meant[:3]
    if bases and (plain := [each for each in bases if each in known]):
        return plain[:3]
    alike = [each for each in known if each.partition("__")[2] == ending.removeprefix("__")]
    return suggest(f"{base}{ending}", alike)
