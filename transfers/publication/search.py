"""Search in words (`q=`): one small interface over SQLite's FTS5 and PostgreSQL's full text search.

What is searched is the column `words` of a published row, which holds letters and digits only; what a
user types is reduced in the same way, so that quotes, `*` and wildcards are plain text, not syntax.
Every word must be there; `su-30mki` is found as `su 30mki` and as `su30mki`.
"""

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from transfers.models import RegistryRow
from transfers.vocabulary import words

_TABLE = RegistryRow._meta.db_table
_INDEX = "transfers_search"
_SQLITE = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS {_INDEX} USING fts5("
    f"words, content='{_TABLE}', content_rowid='id', tokenize='ascii', detail='full')",
    f"CREATE TRIGGER IF NOT EXISTS {_TABLE}_search AFTER INSERT ON {_TABLE} BEGIN"
    f" INSERT INTO {_INDEX} (rowid, words) VALUES (NEW.id, NEW.words); END",
)
_POSTGRESQL = (
    f"CREATE INDEX IF NOT EXISTS {_INDEX} ON {_TABLE} USING gin (to_tsvector('simple', COALESCE(words, '')))",
)


def install(using: str = DEFAULT_DB_ALIAS) -> None:
    """Create the index where it is missing, and fill it from the rows that stand already."""
    connection = connections[using]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(_POSTGRESQL[0])
            return
        cursor.execute("SELECT count(*) FROM sqlite_master WHERE name = %s", [_INDEX])
        is_new = not cursor.fetchone()[0]
        for statement in _SQLITE:
            cursor.execute(statement)
        if is_new:
            cursor.execute(f"INSERT INTO {_INDEX} ({_INDEX}) VALUES ('rebuild')")


def rebuild(using: str = DEFAULT_DB_ALIAS) -> None:
    """Fill SQLite's index anew, after rows were put there past its trigger."""
    if connections[using].vendor == "sqlite":
        with connections[using].cursor() as cursor:
            cursor.execute(f"INSERT INTO {_INDEX} ({_INDEX}) VALUES ('rebuild')")


def split_query(text: str) -> list[list[str]]:
    """Return a query's words, each as the parts that it may be written in."""
    return [parts for word in text.split() if (parts := words.split(word))]


def filter_by_words(rows: QuerySet, text: str) -> QuerySet:
    """Return the rows that have every word of the text; none for a text without letters and digits."""
    query_words = split_query(text)
    if not query_words:
        return rows.none()
    if connections[rows.db].vendor == "postgresql":
        return _filter_in_postgresql(rows, query_words)
    query = " AND ".join(_match_either(parts) for parts in query_words)
    return rows.filter(id__in=RawSQL(f"SELECT rowid FROM {_INDEX} WHERE {_INDEX} MATCH %s", [query]))


def filter_by_transfer(rows: QuerySet, transfers: QuerySet, text: str) -> QuerySet:
    """Return those claims or deliveries whose transfer, one of these, has every word of the text."""
    return rows.filter(transfer__in=filter_by_words(transfers, text).values("key"))


def _match_either(parts: list[str]) -> str:
    """Return FTS5's query for the parts in a row or as one word; letters and digits, so quoting is safe."""
    phrase = f'"{" ".join(parts)}"'
    return phrase if len(parts) == 1 else f'({phrase} OR "{"".join(parts)}")'


def _filter_in_postgresql(rows: QuerySet, query_words: list[list[str]]) -> QuerySet:
    rows = rows.annotate(search_vector=SearchVector("words", config="simple"))
    for parts in query_words:
        phrase = SearchQuery(" ".join(parts), config="simple", search_type="phrase")
        whole = SearchQuery("".join(parts), config="simple", search_type="phrase")
        rows = rows.filter(search_vector=phrase | whole)
    return rows
