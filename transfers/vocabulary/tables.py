"""The public tables, and how their keys lead to each other: the one list for releases and their import."""

from dataclasses import dataclass, field

from .fields import CLAIM, DELIVERY, PARTY, ROW, SOURCE, SYSTEM, Field


@dataclass(frozen=True)
class PublicTable:
    """Table of the public data: its fields, of which the first is its key.

    `references`: field → the table whose key it holds; `indexed`: other fields that are asked for by value.
    """

    name: str
    title: str
    items: tuple[Field, ...]
    references: dict[str, str] = field(default_factory=dict)
    indexed: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Return the name of the field that identifies a row."""
        return self.items[0].name


_OF_ROW = {"supplier": "parties", "recipient": "parties", "system": "systems"}

TABLES: dict[str, PublicTable] = {
    table.name: table
    for table in (
        PublicTable("transfers", "Transfers, one row each", ROW, _OF_ROW, ("category", "kind", "status")),
        PublicTable("claims", "Who says which figure, where, and in which words", CLAIM,
                    {"transfer": "transfers", **_OF_ROW, "source": "sources"}, ("measure",)),
        PublicTable("deliveries", "What arrived when, one row for each transfer and period", DELIVERY,
                    {"transfer": "transfers", **_OF_ROW}),
        PublicTable("systems", "Weapon systems and their families", SYSTEM, {"variant_of": "systems"}),
        PublicTable("parties", "Suppliers, recipients and their successors", PARTY,
                    {"successor": "parties"}),
        PublicTable("sources", "Sources of the claims", SOURCE),
    )
}  # fmt: skip
