"""Log, fixtures and article that agree, for tests that change one thing."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from transfers import evidence

ARTICLE = """\
Systems for Serbia

Serbia ordered six systems last year, the ministry\u00a0said.
It paid $2.5 billion (€2.25 billion) for five to 7 of them.
\u00a0 \t
The drill began on Wednesday in the capital.

It will run until Oct. 29, and 2,500 men watch; two systems came on February 23 a day after snow.
"""
LOG = """\
key = "paper-2019-10-24-systems"
publisher = "The Paper"
title = "Systems for Serbia"
authors = ["A. Writer", "B. Writer"]
agencies = []
published = "2019-10-24"
url = "https://example.org/1"
language = "en"
file = "article.txt"
sha256 = "SHA256"

[[reading]]
paragraph = 2
excerpt = "ordered six systems last year"
finding = "The order, of 2018, was for 6 system."
attributed_to = "Ministry"
recorded_as = ["rus-srb-s-400-2018/quantity_ordered", "rus-srb-s-400-2018/date_agreed"]

[[reading]]
paragraph = 2
excerpt = "It paid $2.5 billion"
finding = "The price was 2500000000 USD."
recorded_as = ["rus-srb-s-400-2018/deal_value"]

[[reading]]
paragraph = [3, 4]
excerpt = "drill began on Wednesday … run until Oct. 29"
finding = "Shown in the drill of 2019-10-23/2019-10-29."
recorded_as = ["rus-srb-s-400-2018/date_deployed"]

[[reading]]
paragraph = 4
excerpt = "two systems came on February 23 a day after"
finding = "So far 2 system as of 2019-02-22 arrived."
recorded_as = ["rus-srb-s-400-2018/quantity_delivered"]

[[reading]]
paragraph = 4
excerpt = "2,500 men watch"
finding = "Spectators."
declined = "No arms; rus-srb-s-400-2018 is not concerned."
"""
SOURCES = """\
- model: transfers.source
  fields:
    key: paper-2019-10-24-systems
    publisher: The Paper
    title: Systems for Serbia
    authors: "A. Writer; B. Writer"
    published: "2019-10-24"
    url: https://example.org/1
    sha256: "SHA256"
    reliability: B
"""
TRANSFERS = """\
- model: transfers.transfer
  fields:
    key: rus-srb-s-400-2018
    state: published
- model: transfers.quantity
  fields:
    transfer: [rus-srb-s-400-2018]
    source: [paper-2019-10-24-systems]
    measure: ordered
    minimum: 6
    maximum: 6
    unit: system
    locator: "¶2"
    excerpt: ordered six systems last year
    attributed_to: Ministry
- model: transfers.transferdate
  fields:
    transfer: [rus-srb-s-400-2018]
    source: [paper-2019-10-24-systems]
    event: agreed
    date: "2018"
    locator: "¶2"
    excerpt: ordered six systems last year
    attributed_to: Ministry
- model: transfers.valuation
  fields:
    transfer: [rus-srb-s-400-2018]
    source: [paper-2019-10-24-systems]
    measure: deal_value
    minimum: 2500000000
    maximum: 2500000000
    currency: USD
    locator: "¶2"
    excerpt: It paid $2.5 billion
- model: transfers.transferdate
  fields:
    transfer: [rus-srb-s-400-2018]
    source: [paper-2019-10-24-systems]
    event: deployed
    date: "2019-10-23/2019-10-29"
    locator: "¶3, ¶4"
    excerpt: drill began on Wednesday … run until Oct. 29
    note: Announced by the source for later.
- model: transfers.quantity
  fields:
    transfer: [rus-srb-s-400-2018]
    source: [paper-2019-10-24-systems]
    measure: delivered
    minimum: 2
    maximum: 2
    unit: system
    as_of: "2019-02-22"
    locator: "¶4"
    excerpt: two systems came on February 23 a day after
"""
DIGEST = hashlib.sha256(ARTICLE.encode()).hexdigest()


FILES = {
    "log": ("seeds/paper-2019-10-24-systems.toml", LOG),
    "sources": ("fixtures/sources.yaml", SOURCES),
    "transfers": ("fixtures/transfers.yaml", TRANSFERS),
    "article": ("articles/article.txt", ARTICLE),
}


@dataclass
class Case:
    """Log, fixtures and article in a directory of their own."""

    root: Path

    def path(self, name: str) -> Path:
        return self.root / FILES[name][0]

    def text(self, name: str) -> str:
        return self.path(name).read_text(encoding="utf-8")

    def change(self, name: str, old: str, new: str) -> None:
        """Replace the first occurrence, which must be there."""
        text = self.text(name)
        assert old in text
        self.path(name).write_text(text.replace(old, new, 1), encoding="utf-8")

    def line(self, name: str, fragment: str) -> int:
        return self.text(name)[: self.text(name).index(fragment)].count("\n") + 1

    def report(self, *, articles: bool = True) -> evidence.CheckReport:
        texts = self.root / "articles" if articles else None
        return evidence.check(self.root / "seeds", self.root / "fixtures", texts)

    def faults(self) -> list[str]:
        return [f"{fault.path.name}:{fault.line}: {fault.message}" for fault in self.report().faults]

    def at(self, name: str, fragment: str, message: str) -> str:
        """Return the fault with this message in the line where the fragment stands."""
        return f"{self.path(name).name}:{self.line(name, fragment)}: {message}"


def make(root: Path) -> Case:
    """Write the files that agree under this directory."""
    case = Case(root)
    for name, (_, text) in FILES.items():
        case.path(name).parent.mkdir(exist_ok=True)
        case.path(name).write_text(text.replace("SHA256", DIGEST), encoding="utf-8")
    return case
