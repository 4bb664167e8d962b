"""Writes published content in the order of its revisions, each chained to the one before by its hash."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

FIRST_DAY = datetime(2021, 1, 4, 9, tzinfo=UTC)
#: One transfer: its row, claims and digest; and its older row with that one's digest, where there is one.
Found = tuple[list[Any], list[list[Any]], str, tuple[list[Any], str] | None]


class Log:
    """The chain of revisions, with the rows and claims that each brings."""

    def __init__(self, database: sqlite3.Connection, rows: int):
        from transfers.publication import content
        from transfers.publication.log import GENESIS

        self.database = database
        self.head = GENESIS
        self.rows = rows
        self.row_ids, self.claim_ids = count(1), count(1)
        self.row_columns = ("id", *content.ROW_NAMES, "revision", "updated", "until")
        self.claim_columns = ("id", *content.CLAIM_NAMES, "revision")
        self.sequence = 0
        self.renewed: list[tuple[list[Any], str]] = []

    def write(self, contents: list[Found]) -> None:
        """Publish transfers; of those that are published anew later, the older version."""
        revisions, rows, claims = [], [], []
        for row, own_claims, digest, older in contents:
            until = None
            if older is not None:
                self.renewed.append((row, digest))
                until = self.rows + len(self.renewed)
                row, digest = older
            revisions.append(self._revision("publish", row[0], digest))
            rows.append((next(self.row_ids), *row, self.sequence, revisions[-1][1], until))
            claims += [(next(self.claim_ids), *claim, self.sequence) for claim in own_claims]
        self._insert(revisions, rows, claims)

    def write_renewed(self) -> None:
        """Publish the newer versions of the transfers that have one; their claims stay as they are."""
        revisions, rows = [], []
        for row, digest in self.renewed:
            revisions.append(self._revision("update", row[0], digest))
            rows.append((next(self.row_ids), *row, self.sequence, revisions[-1][1], None))
        self._insert(revisions, rows, [])

    def _revision(self, action: str, key: str, content: str) -> tuple[Any, ...]:
        from transfers.publication.log import hash_revision

        self.sequence += 1
        moment = FIRST_DAY + timedelta(hours=self.sequence // 40)
        entry = {
            "action": action,
            "key": key,
            "reason": "Invented",
            "content": content,
            "previous": self.head,
        }
        self.head = hash_revision(SimpleNamespace(sequence=self.sequence, time=moment, **entry))  # type: ignore[arg-type]
        return (self.sequence, f"{moment:%Y-%m-%d %H:%M:%S}", *entry.values(), self.head)

    def _insert(self, revisions: list[Any], rows: list[Any], claims: list[Any]) -> None:
        revision = ("sequence", "time", "action", "key", "reason", "content", "previous", "hash")
        with self.database:
            for table, columns, values in (
                ("revision", revision, revisions),
                ("registryrow", self.row_columns, rows),
                ("registryclaim", self.claim_columns, claims),
            ):
                named = ", ".join(f'"{column}"' for column in columns)
                places = ", ".join("?" * len(columns))
                self.database.executemany(
                    f"INSERT INTO transfers_{table} ({named}) VALUES ({places})", values
                )
