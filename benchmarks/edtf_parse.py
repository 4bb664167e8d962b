"""Time of one parse: `transfers.vocabulary.edtf` against the `edtf` package, over the same texts in one run.

Run `python -m benchmarks.edtf_parse` from the root of the repository. The two take turns, text by text and
round by round, so that a busy machine slows both; each figure is the median of its rounds. Ours is timed
without its cache and works out the bounds as well, which the package does only when asked.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import geometric_mean, median
from time import perf_counter

import edtf

if __package__ in (None, ""):
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.report import Bench, Row
from transfers.vocabulary.edtf import parse

TEXTS = (
    "2019",
    "2019-07",
    "2019-07-14",
    "2019-07-14~",
    "2017/2020",
    "2020-02-22/2020-02-23",
    "2019?/2020~",
    "2019-07/..",
    "201X",
    "2019-07-XX",
    "2019-22",
    "{2012,2015}",
)
SECONDS = 10.0
ROUNDS = 60
CALLS = 500

uncached = parse.__wrapped__


def microseconds(function: Callable[[str], object], text: str, calls: int) -> float:
    """Return the mean time of one call, over `calls` calls in a row."""
    start = perf_counter()
    for _ in range(calls):
        function(text)
    return (perf_counter() - start) / calls * 1e6


def measure() -> dict[str, tuple[float, float]]:
    """For each text the median microseconds of our parse and of the package's; stops after `SECONDS`."""
    ours: dict[str, list[float]] = {text: [] for text in TEXTS}
    theirs: dict[str, list[float]] = {text: [] for text in TEXTS}
    end = perf_counter() + SECONDS
    for _ in range(ROUNDS):
        for text in TEXTS:
            ours[text].append(microseconds(uncached, text, CALLS))
            theirs[text].append(microseconds(edtf.parse_edtf, text, 1))
        if perf_counter() > end:
            break
    return {text: (median(ours[text]), median(theirs[text])) for text in TEXTS}


def rows(_: Bench) -> list[Row]:
    """Return the section of `make bench`: the geometric mean over the texts."""
    ours, theirs = (geometric_mean(each) for each in zip(*measure().values(), strict=True))
    how = f"{len(TEXTS)} texts, geometric mean; ours without its cache and with the bounds"
    return [Row("one EDTF date", "µs", ours, "edtf package", theirs, how=how)]


def main() -> None:
    """Print one line a text and the geometric mean of the ratios."""
    times = measure()
    print(f"{'text':<24}{'ours, µs':>10}{'edtf, µs':>12}{'ratio':>10}")
    for text, (ours, theirs) in times.items():
        print(f"{text:<24}{ours:>10.2f}{theirs:>12.1f}{theirs / ours:>10.0f}")
    ratio = geometric_mean(theirs / ours for ours, theirs in times.values())
    print(f"{'geometric mean':<46}{ratio:>10.0f}")


if __name__ == "__main__":
    main()
