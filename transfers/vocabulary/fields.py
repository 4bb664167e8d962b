"""Public fields: the one list from which columns, JSON, CSV, filters and the data dictionary come.

`ROW` describes a published transfer (one row), `CLAIM` a published claim. The order is the public
order and only ever grows at the end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from . import choices, codes, measures


class Type(StrEnum):
    """Ways in which a field is stored, filtered and written."""

    KEY = "key"
    PARTY = "party"
    SYSTEM = "system"
    CHOICE = "choice"
    TEXT = "text"
    LONG_TEXT = "long_text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATE = "date"
    EDTF = "edtf"
    LIST = "list"
    TIME = "time"
    CHANGES = "changes"


@dataclass(frozen=True)
class Field:
    """Public field: its name, type, meaning, unit and choices; `column` is where it is read from.

    `is_name`: its values name records or come from a standard, so that one that no row has is a mistake.
    """

    name: str
    type: Type
    description: str
    unit: str = ""
    choices: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    nullable: bool = True
    column: str = ""
    is_name: bool = False

    def __post_init__(self) -> None:
        if not self.column:
            object.__setattr__(self, "column", self.name)


def _choices(listed: Iterable[tuple[Any, Any]]) -> tuple[tuple[str, str], ...]:
    return tuple((str(value), str(label)) for value, label in listed)


_CURRENCIES = tuple((code, code) for code in sorted(codes.CURRENCIES))


def _party(role: str) -> Iterator[Field]:
    yield Field(role, Type.PARTY, f"The {role}'s code: ISO 3166-1 alpha-3, ISO 3166-3 for former states,"
                " or an own X-… code.", nullable=False)  # fmt: skip
    yield Field(f"{role}_name", Type.TEXT, f"The {role}'s name in English.", nullable=False,
                is_name=True)  # fmt: skip


def _quantity(measure: str) -> Iterator[Field]:
    for end, words in (("min", "Smallest"), ("max", "Largest")):
        empty = "" if end == "min" else "; empty beside a minimum: at least that many"
        yield Field(f"quantity_{measure}_{end}", Type.INTEGER, f"{words} number {measure} that the"
                    f" sources support{empty}.", unit="see field unit")  # fmt: skip


def _date(name: str, description: str, nullable: bool = True) -> Iterator[Field]:
    yield Field(name, Type.EDTF, description, nullable=nullable)
    yield Field(f"{name}_earliest", Type.DATE, f"First day that {name} allows; empty: open.")
    yield Field(f"{name}_latest", Type.DATE, f"Last day that {name} allows; empty: open.")


def _event(event: str) -> Iterator[Field]:
    return _date(f"date_{event}", f"When it was {event}, as EDTF (ISO 8601-2).")


def _tiv(scope: str, words: str) -> Field:
    return Field(f"tiv_{scope}", Type.NUMBER, f"SIPRI trend-indicator value of {words}; empty where sources"
                 " differ. No money.", unit="million TIV")  # fmt: skip


ROW: tuple[Field, ...] = (
    Field("key", Type.KEY, "Permanent identifier of the transfer.", nullable=False, is_name=True),
    *_party("supplier"),
    *_party("recipient"),
    Field("system", Type.SYSTEM, "The weapon system's slug; as a filter also its name or any alias.",
          nullable=False),
    Field("system_name", Type.TEXT, "The weapon system's name.", nullable=False, is_name=True),
    Field("category", Type.CHOICE, "Armament category, as SIPRI uses them.",
          choices=_choices(choices.Category.choices), nullable=False),
    Field("kind", Type.CHOICE, "Terms of the transfer. A deployment changes no owner.",
          choices=_choices(choices.TransferKind.choices), nullable=False),
    Field("condition", Type.CHOICE, "Condition of the arms.",
          choices=_choices(choices.TransferCondition.choices), nullable=False),
    Field("status", Type.CHOICE, "How far the transfer has come, derived from the claims.",
          choices=_choices((state, state.replace("_", " ")) for state in measures.Status), nullable=False),
    *_quantity("ordered"),
    *_quantity("delivered"),
    *_quantity("deployed"),
    Field("unit", Type.CHOICE, "What the quantities count.", choices=_choices(choices.Unit.choices)),
    *_event("agreed"),
    *_event("delivered"),
    *_event("deployed"),
    Field("deal_value_min", Type.INTEGER, "Smallest value of the deal that the sources support.",
          unit="deal_currency"),
    Field("deal_value_max", Type.INTEGER, "Largest value of the deal that the sources support.",
          unit="deal_currency"),
    Field("deal_currency", Type.CHOICE, "Currency of the deal value, as printed.", unit="ISO 4217",
          choices=_CURRENCIES),
    _tiv("unit", "one unit"),
    _tiv("ordered", "the whole order"),
    _tiv("delivered", "the delivered arms"),
    Field("location", Type.TEXT, "Where the arms went or were based."),
    Field("occasion", Type.TEXT, "What it was part of: an exercise, a framework agreement."),
    Field("note", Type.LONG_TEXT, "The curators' note, in their own words."),
    Field("disputed", Type.LIST, "Figures on which sources differ, by field stem.",
          choices=tuple((stem, measures.MEASURES[stem]) for stem in measures.STEMS)),
    Field("sources", Type.INTEGER, "Distinct sources; copies of one story count once.", nullable=False),
    Field("origins", Type.INTEGER, "Distinct original claimants: whom the sources quote, else their"
          " agencies, else the publishers.", nullable=False),
    Field("revision", Type.INTEGER, "The register's revision that brought this version.", nullable=False),
    Field("updated", Type.TIME, "When that revision was published.", unit="UTC", nullable=False),
    Field("comment", Type.LONG_TEXT, "A register's comment on the deal, in its words."),
    *_date("date_due", "When it was to be delivered, as EDTF; never counts as delivered."),
    *(
        Field(f"{stem}_uncertain", Type.BOOLEAN, f"Whether the {words} rests on nothing better than"
              " figures that their source marks as uncertain, or that are graded possible.")
        for stem, words in measures.MEASURES.items() if stem in measures.QUANTITIES
    ),
    Field("description", Type.TEXT, "What the weapon system is, in a few words."),
)  # fmt: skip

#: Not shown, but part of what is published: what a search for the row finds beyond its fields.
ROW_HIDDEN: tuple[Field, ...] = (
    Field("system_family", Type.TEXT, "Slugs of the system's families and itself, outermost first."),
    Field("words", Type.LONG_TEXT, "What a search in words finds it by, aliases and sources included."),
    Field("reference", Type.KEY, "SHA-256 of its parties, systems and sources as they are shown."),
    Field("deliveries", Type.LONG_TEXT, "What was delivered when, as JSON: the rows of /api/deliveries."),
)

CLAIM: tuple[Field, ...] = (
    Field("claim", Type.KEY, "Permanent identifier of the claim.", nullable=False, is_name=True),
    Field("transfer", Type.KEY, "Key of the transfer the claim is about.", nullable=False, is_name=True),
    Field("supplier", Type.PARTY, "The transfer's supplier.", nullable=False),
    Field("recipient", Type.PARTY, "The transfer's recipient.", nullable=False),
    Field("system", Type.SYSTEM, "The transfer's weapon system.", nullable=False),
    Field("measure", Type.CHOICE, "The figure claimed.", choices=tuple(measures.MEASURES.items()),
          nullable=False),
    Field("minimum", Type.NUMBER, "Smallest number claimed."),
    Field("maximum", Type.NUMBER, "Largest number claimed; empty beside a minimum: at least that."),
    Field("unit", Type.CHOICE, "What a quantity counts.", choices=_choices(choices.Unit.choices)),
    Field("currency", Type.CHOICE, "Currency of a deal value.", unit="ISO 4217", choices=_CURRENCIES),
    Field("date", Type.EDTF, "The date claimed, as EDTF."),
    Field("date_earliest", Type.DATE, "First day that the date allows; empty: open."),
    Field("date_latest", Type.DATE, "Last day that the date allows; empty: open."),
    *_date("as_of", "The date that a quantity speaks of; empty: the source's own."),
    Field("source", Type.KEY, "Key of the source.", nullable=False, is_name=True),
    Field("publisher", Type.TEXT, "Who published the source.", nullable=False, is_name=True),
    Field("title", Type.TEXT, "The source's title.", nullable=False),
    Field("authors", Type.TEXT, "The source's authors."),
    Field("agencies", Type.TEXT, "News agencies that the source credits."),
    *_date("published", "When the source was published, as EDTF.", nullable=False),
    Field("url", Type.TEXT, "The source's address."),
    Field("archived_url", Type.TEXT, "An archived copy of the source."),
    Field("language", Type.KEY, "The source's language.", unit="ISO 639", nullable=False, is_name=True),
    Field("reliability", Type.CHOICE, "Reliability of the source, Admiralty scale.",
          choices=_choices(choices.Reliability.choices), nullable=False),
    Field("origin_of", Type.KEY, "The story that the source shares with its copies.", is_name=True),
    Field("sha256", Type.KEY, "SHA-256 of the source's text as it was read."),
    Field("locator", Type.TEXT, "Where in the source the words stand; ¶14 is its 14th paragraph.",
          nullable=False),
    Field("excerpt", Type.TEXT, "The few words of the source that carry the figure.", nullable=False),
    Field("attributed_to", Type.TEXT, "Whom the source quotes for it."),
    Field("credibility", Type.INTEGER, "Credibility of the statement, Admiralty scale.",
          choices=_choices(choices.Credibility.choices), nullable=False),
    Field("preferred", Type.BOOLEAN, "Whether the row shows this figure where sources differ.",
          nullable=False),
    Field("note", Type.LONG_TEXT, "The curators' note on the claim, in their own words."),
    Field("revision", Type.INTEGER, "The register's revision that brought this claim.", nullable=False),
    Field("period", Type.EDTF, "Years that the figure is limited to, as EDTF; empty: the whole."),
    Field("period_earliest", Type.DATE, "First day that period allows; empty: open."),
    Field("period_latest", Type.DATE, "Last day that period allows; empty: open."),
    Field("part", Type.TEXT, "Which of several deals of one register the figure is of; parts add up."),
    Field("by_year", Type.LONG_TEXT, "How the source splits a number delivered, or its TIV, over the years."),
)  # fmt: skip

_SHARED = (
    "supplier", "supplier_name", "recipient", "recipient_name", "system", "system_name", "category", "kind",
    "condition", "status", "unit", "disputed", "sources", "revision", "updated",
)  # fmt: skip
#: What the rows of deliveries have of their transfer's row.
OF_TRANSFER: tuple[Field, ...] = tuple(item for item in ROW if item.name in _SHARED)

#: What a period of deliveries says by itself.
PERIOD: tuple[Field, ...] = (
    *_date("period", "Within which time it was delivered, as EDTF; empty: nothing is known of it."),
    Field("years", Type.LIST, "The years alone in which it was delivered, where period is a set of dates."),
    Field("number_min", Type.INTEGER, "Smallest number delivered within the period.", unit="see field unit"),
    Field("number_max", Type.INTEGER, "Largest number; empty beside a minimum: at least that many.",
          unit="see field unit"),
    Field("tiv_min", Type.NUMBER, "Smallest SIPRI trend-indicator value delivered within it. No money.",
          unit="million TIV"),
    Field("tiv_max", Type.NUMBER, "Largest; empty beside a minimum: at least that.", unit="million TIV"),
    Field("basis", Type.CHOICE, "Whether a source states the period's number, or others are its bounds.",
          choices=_choices((basis, basis.value) for basis in measures.Basis), nullable=False),
    Field("claims", Type.LIST, "The claims that tell of it; an empty list: what others leave open."),
)  # fmt: skip

DELIVERY: tuple[Field, ...] = (
    Field("delivery", Type.KEY, "The transfer's key and the period's number; not permanent.", nullable=False),
    Field("transfer", Type.KEY, "Key of the transfer.", nullable=False, is_name=True),
    *OF_TRANSFER[:10],
    *PERIOD,
    *OF_TRANSFER[10:],
)

PARTY: tuple[Field, ...] = (
    Field("code", Type.KEY, "ISO 3166-1 alpha-3, ISO 3166-3 for former states, or an own X-… code.",
          nullable=False, is_name=True),
    Field("name", Type.TEXT, "The party's name in English.", nullable=False, is_name=True),
    Field("kind", Type.CHOICE, "What kind of party it is.", choices=_choices(choices.PartyKind.choices),
          nullable=False),
    Field("alpha2", Type.KEY, "ISO 3166-1 alpha-2, of states.", column="alpha2_or_null", is_name=True),
    Field("successor", Type.KEY, "Code of the state that took its place.", column="successor__code",
          is_name=True),
    Field("aliases", Type.LIST, "Its other names.", column="alias_list"),
)  # fmt: skip

SYSTEM: tuple[Field, ...] = (
    Field("slug", Type.KEY, "Permanent identifier of the system.", nullable=False, is_name=True),
    Field("name", Type.TEXT, "The system's name.", nullable=False, is_name=True),
    Field("category", Type.CHOICE, "Armament category, as SIPRI uses them.",
          choices=_choices(choices.Category.choices), nullable=False),
    Field("unroca", Type.CHOICE, "Category of the UN Register of Conventional Arms.",
          choices=_choices(choices.Unroca.choices), column="unroca_or_null"),
    Field("description", Type.TEXT, "What it is, in a few words.", nullable=False),
    Field("variant_of", Type.KEY, "Slug of its family.", column="variant_of__slug", is_name=True),
    Field("aliases", Type.LIST, "Its other names.", column="alias_list"),
    Field("wikidata", Type.KEY, "Its Wikidata item.", column="wikidata_or_null", is_name=True),
)  # fmt: skip

SOURCE: tuple[Field, ...] = (
    Field("key", Type.KEY, "Permanent identifier of the source.", nullable=False, is_name=True),
    Field("publisher", Type.TEXT, "Who published it.", nullable=False, is_name=True),
    Field("title", Type.TEXT, "Its title.", nullable=False),
    Field("authors", Type.TEXT, "Its authors, joined by '; '.", column="authors_or_null"),
    Field("agencies", Type.TEXT, "News agencies that it credits, joined by '; '.",
          column="agencies_or_null"),
    *_date("published", "When it was published, as EDTF.", nullable=False),
    Field("url", Type.TEXT, "Its address.", column="url_or_null"),
    Field("archived_url", Type.TEXT, "An archived copy.", column="archived_url_or_null"),
    Field("language", Type.KEY, "Its language.", unit="ISO 639", nullable=False, is_name=True),
    Field("reliability", Type.CHOICE, "Its reliability, Admiralty scale.",
          choices=_choices(choices.Reliability.choices), nullable=False),
    Field("origin_of", Type.KEY, "The story that it shares with its copies.", column="origin_of_or_null",
          is_name=True),
    Field("sha256", Type.KEY, "SHA-256 of its text as it was read.", column="sha256_or_null"),
    Field("retrieved", Type.DATE, "The day on which it was read."),
    Field("note", Type.LONG_TEXT, "The curators' note, in their own words.", column="note_or_null"),
    Field("terms", Type.TEXT, "Under which terms its words may be used, as its owner says.",
          column="terms_or_null"),
)  # fmt: skip

CHANGE: tuple[Field, ...] = (
    Field("revision", Type.INTEGER, "The register's revision: one entry of the log.", column="sequence",
          nullable=False),
    Field("time", Type.TIME, "When it was published.", unit="UTC", nullable=False),
    Field("action", Type.CHOICE, "What it did to its transfer.", choices=_choices(choices.Action.choices),
          nullable=False),
    Field("key", Type.KEY, "Key of the transfer.", nullable=False, is_name=True),
    Field("reason", Type.LONG_TEXT, "Why, in the curators' words.", nullable=False),
    Field("supplier", Type.PARTY, "Supplier in the version that it brought or withdrew.", nullable=False),
    Field("recipient", Type.PARTY, "Recipient in that version.", nullable=False),
    Field("system", Type.SYSTEM, "Weapon system in that version.", nullable=False),
    Field("changes", Type.CHANGES, "The transfer's fields that it changed, each with field, before and"
          " after; null: missing.", nullable=False),
    Field("claims_added", Type.LIST, "The claims that it brought; one that changed is removed and added.",
          nullable=False),
    Field("claims_removed", Type.LIST, "The claims that it took back.", nullable=False),
    Field("content", Type.KEY, "SHA-256 of the row and its claims as canonical JSON.", nullable=False),
    Field("hash", Type.KEY, "SHA-256 that chains this revision to the one before.", nullable=False),
    Field("previous", Type.KEY, "Hash of the revision before.", nullable=False),
)  # fmt: skip

#: What a revision adds to a row or a claim; everything else is content and is hashed.
ADDED_BY_REVISION = frozenset({"revision", "updated"})


def list_names(fields: tuple[Field, ...]) -> list[str]:
    """Return the field names in public order."""
    return [item.name for item in fields]
