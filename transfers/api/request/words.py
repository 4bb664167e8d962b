"""Text of a search (`q`): what it has to have, and what it may have at most."""

from collections.abc import Iterator

from transfers.api.errors import ParameterError
from transfers.publication import search

#: Parts of all words together, as `su-30mki` has two; each costs a look into the index.
MOST_PARTS = 40


def list_faults(text: str) -> Iterator[ParameterError]:
    """Yield what is wrong with the text of a search."""
    if not any(char.isalnum() for char in text):
        yield ParameterError("q", "no_words", "A search needs a letter or a digit.")
    elif sum(map(len, search.split_query(text))) > MOST_PARTS:
        yield ParameterError("q", "too_many", f"A search may have at most {MOST_PARTS} words.")
