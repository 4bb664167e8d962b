"""Reading logs against fixtures and articles: each check, proved by one small change to what agrees."""

import hashlib

import pytest
from django.core.management import CommandError, call_command

from tests.support import seed_case
from tests.support.seed_case import ARTICLE, DIGEST, TRANSFERS


@pytest.fixture
def case(tmp_path):
    return seed_case.make(tmp_path)


def test_what_agrees_has_no_fault(case):
    report = case.report()
    assert (report.faults, report.readings, report.claims, report.articles) == ([], 5, 5, 1)
    assert case.report(articles=False).articles is None


BIBLIOGRAPHY = [
    ("publisher: The Paper", "publisher: Paper", "publisher",
     "publisher is 'The Paper', but 'Paper' in sources.yaml:4"),
    ("title: Systems for", "title: System for", "title",
     "title is 'Systems for Serbia', but 'System for Serbia' in sources.yaml:5"),
    ("A. Writer; B", "A. Writer, B", "authors",
     "authors is 'A. Writer; B. Writer', but 'A. Writer, B. Writer' in sources.yaml:6"),
    ("    reliability", "    agencies: AFP\n    reliability", "agencies",
     "agencies is '', but 'AFP' in sources.yaml:10"),
    ("    reliability", "    language: sr\n    reliability", "language",
     "language is 'en', but 'sr' in sources.yaml:10"),
    ("    url: https://example.org/1\n", "", "url",
     "url is 'https://example.org/1', but '' in sources.yaml:1"),
    (DIGEST, "0" * 64, "sha256", f"sha256 is '{DIGEST}', but '{'0' * 64}' in sources.yaml:9"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "message"), BIBLIOGRAPHY)
def test_bibliography_equals_the_source(case, old, new, where, message):
    case.change("sources", old, new)
    assert case.faults() == [case.at("log", where, message)]


def test_publication_dates_differ(case):
    case.change("sources", '"2019-10-24"', '"2019-10-25"')
    assert case.faults() == [
        case.at("log", "published", "published is '2019-10-24', but '2019-10-25' in sources.yaml:7")
    ]


def test_a_log_without_its_source(case):
    case.change("sources", "key: paper", "key: other")
    faults = case.faults()
    assert case.at("log", "key", "the fixtures have no source paper-2019-10-24-systems") in faults
    assert all("have no source paper-2019-10-24-systems" in fault for fault in faults)
    assert len(faults) == 1 + 5  # the log, and each claim


def test_claims_of_a_register_need_no_log(case):
    case.change(
        "sources",
        "- model",
        "- {model: transfers.source, fields: {key: register, published: '2020'}}\n- model",
    )
    claim = (
        "- {model: transfers.quantity, fields: {transfer: [rus-srb-s-400-2018], source: [register],"
        " measure: ordered, minimum: 8, unit: system, locator: line 3012, excerpt: '8'}}\n"
    )
    case.path("transfers").write_text(case.text("transfers") + claim, encoding="utf-8")
    assert case.faults() == []
    case.change("transfers", "line 3012", "¶3")
    missing = "claims point to its paragraphs, but it has no log register.toml"
    assert case.faults() == [case.at("sources", "- {model", missing)]


VALUATION = TRANSFERS.index("- model: transfers.valuation")
ENTRY = TRANSFERS[VALUATION : TRANSFERS.index("- model: transfers.transferdate", VALUATION)]


def test_a_reading_without_its_claim(case):
    case.change("transfers", ENTRY, "")
    message = "the fixtures have no claim rus-srb-s-400-2018/deal_value of this reading"
    assert case.faults() == [case.at("log", 'recorded_as = ["rus-srb-s-400-2018/deal_value"]', message)]


def test_a_claim_without_its_reading(case):
    case.change("log", 'recorded_as = ["rus-srb-s-400-2018/deal_value"]', 'declined = "No."')
    message = "no reading in paper-2019-10-24-systems.toml records this rus-srb-s-400-2018/deal_value"
    assert case.faults() == [case.at("transfers", "- model: transfers.valuation", message)]


@pytest.mark.parametrize(
    "target", ["rus-srb-s-400-2018/price", "rus-srb-s-400-2017/deal_value", "deal_value"]
)
def test_a_target_that_is_not_there(case, target):
    case.change("log", '"rus-srb-s-400-2018/deal_value"', f'"{target}"')
    nothing_records = "no reading in paper-2019-10-24-systems.toml records this rus-srb-s-400-2018/deal_value"
    assert case.faults() == [
        case.at("transfers", "- model: transfers.valuation", nothing_records),
        case.at("log", f'["{target}"]', f"the fixtures have no claim {target} of this reading"),
    ]


def test_a_target_listed_twice(case):
    case.change(
        "log",
        '["rus-srb-s-400-2018/deal_value"',
        '["rus-srb-s-400-2018/deal_value", "rus-srb-s-400-2018/deal_value"',
    )
    assert case.faults() == [
        case.at("log", "deal_value", "rus-srb-s-400-2018/deal_value is listed 2 times"),
        case.at(
            "log", "deal_value", "the fixtures have no claim rus-srb-s-400-2018/deal_value of this reading"
        ),
    ]


def test_a_transfer_that_is_not_there(case):
    case.change("transfers", "key: rus-srb-s-400-2018", "key: rus-srb-s-400-2017")
    missing = "the fixtures have no transfer rus-srb-s-400-2018"
    *claims, last = case.faults()
    assert last == case.at("log", "declined", missing)
    assert {fault.partition(": ")[2] for fault in claims} == {missing}
    assert len(claims) == 5


def test_a_claim_that_stands_twice_needs_two_readings(case):
    case.change("transfers", ENTRY, ENTRY * 2)
    message = "no reading in paper-2019-10-24-systems.toml records this rus-srb-s-400-2018/deal_value"
    second = case.line("transfers", "- model: transfers.valuation") + ENTRY.count("\n")
    assert case.faults() == [f"transfers.yaml:{second}: {message}"]


PAIRS = [
    ("transfers", 'locator: "¶2"', 'locator: "¶3"', "locator", "locator is '¶3', but '¶2' in {log}:12"),
    ("transfers", 'locator: "¶3, ¶4"', 'locator: "¶3, ¶5"', 'locator: "¶3, ¶5"',
     "locator is '¶3, ¶5', but '¶3, ¶4' in {log}:25"),
    ("log", 'paragraph = 4\nexcerpt = "two', 'paragraph = 3\nexcerpt = "two', None,
     "locator is '¶4', but '¶3' in {log}:31"),
    ("transfers", "excerpt: It paid $2.5", "excerpt: paid $2.5", "excerpt: paid",
     "excerpt is 'paid $2.5 billion', but 'It paid $2.5 billion' in {log}:19"),
    ("transfers", "attributed_to: Ministry", "attributed_to: Minister", "attributed_to: Minister",
     "attributed_to is 'Minister', but 'Ministry' in {log}:12"),
    ("transfers", "    attributed_to: Ministry\n", "", "- model: transfers.quantity",
     "attributed_to is '', but 'Ministry' in {log}:12"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "where", "message"), PAIRS)
def test_claim_and_reading_differ(case, name, old, new, where, message):
    case.change(name, old, new)
    expected = case.at("transfers", where or 'locator: "¶4"', message.format(log=case.path("log").name))
    assert [fault for fault in case.faults() if fault.startswith("transfers")] == [expected]


FINDINGS = [
    ("was for 6 system", "was for 5 system", "6 system", "quantity_ordered"),
    ("was for 6 system", "was for 16 system", "6 system", "quantity_ordered"),
    ("was for 6 system", "was for 6 systems", "6 system", "quantity_ordered"),
    ("of 2018,", "of 2018-01,", "2018", "date_agreed"),
    ("of 2018,", "of 2018?,", "2018", "date_agreed"),
    ("2500000000 USD", "250000000 USD", "2500000000 USD", "deal_value"),
    ("2500000000 USD", "2500000000 EUR", "2500000000 USD", "deal_value"),
    ("2019-10-23/2019-10-29", "2019-10-23/2019-10-28", "2019-10-23/2019-10-29", "date_deployed"),
    ("2 system as of 2019-02-22", "2 system", "2 system as of 2019-02-22", "quantity_delivered"),
]


@pytest.mark.parametrize(("old", "new", "figure", "measure"), FINDINGS)
def test_the_finding_prints_the_figure(case, old, new, figure, measure):
    case.change("log", old, new)
    message = f"the finding does not print {figure!r}, the claim's rus-srb-s-400-2018/{measure}"
    assert case.faults() == [case.at("log", new, message)]


def test_the_finding_must_say_as_of_only_where_the_claim_does(case):
    case.change("transfers", '    as_of: "2019-02-22"\n', "")
    message = "the finding does not print '2 system', the claim's rus-srb-s-400-2018/quantity_delivered"
    assert case.faults() == [case.at("log", 'finding = "So far', message)]


FIGURES = [  # in the claim, in the finding, and what is wrong with the claim
    ("minimum: 6\n    maximum: 6", "minimum: 5\n    maximum: 6", "6 system", "5..6 system",
     "minimum: 5", "the excerpt does not print 5"),
    ("minimum: 6\n    maximum: 6", "minimum: 6\n    maximum: 7", "6 system", "6..7 system",
     "maximum: 7", "the excerpt does not print 7"),
    ("minimum: 2500000000\n    maximum: 2500000000", "minimum: 2500000001",
     "2500000000 USD", "2500000001.. USD",
     "minimum: 25", "the excerpt does not print 2500000001 USD"),
    ("currency: USD", "currency: EUR", "2500000000 USD", "2500000000 EUR",
     "maximum: 25", "the excerpt does not print 2500000000 EUR"),
    ('date: "2018"', 'date: "2017"', "of 2018", "of 2017",
     "date:", "date is 2017, but the words of the excerpt give 2018"),
    ('date: "2018"', 'date: "2018/.."', "of 2018", "of 2018/..", None, None),
    ('date: "2018"', 'date: "2018?"', "of 2018", "of 2018?", None, None),
    ('date: "2019-10-23/2019-10-29"', 'date: "2019-10-23/2019-11-29"', "10-29.", "11-29.", 'date: "2019',
     "date is 2019-10-23/2019-11-29, but the words of the excerpt give 2019-10-23 and 2019-10-29"),
    ('date: "2019-10-23/2019-10-29"', 'date: "2019-10-23/.."', "/2019-10-29.", "/.. then.", 'date: "2019',
     "date is 2019-10-23/.., but the words of the excerpt give 2019-10-23 and 2019-10-29"),
    ('as_of: "2019-02-22"', 'as_of: "2019-02-23"', "as of 2019-02-22", "as of 2019-02-23", "as_of",
     "as_of is 2019-02-23, but the words of the excerpt give 2019-02-22"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "printed", "finding", "where", "message"), FIGURES)
def test_the_excerpt_carries_the_figure(case, old, new, printed, finding, where, message):
    case.change("transfers", old, new)
    case.change("log", printed, finding)
    assert case.faults() == ([case.at("transfers", where, message)] if where else [])


@pytest.mark.parametrize(
    ("excerpt", "message"),
    [
        ("six systems last year, 12 of them", "the excerpt prints 12, which is no part of the date"),
        ("ordered six systems", None),
        ("the S-400 and 2018 in 30mm last year", None),
    ],
)
def test_no_other_number_in_the_excerpt_of_a_date(case, excerpt, message):
    claims = case.text("transfers").split("- model: transfers.transferdate\n", 1)
    changed = claims[1].replace("ordered six systems last year", excerpt, 1)
    case.path("transfers").write_text("- model: transfers.transferdate\n".join([claims[0], changed]), "utf-8")
    messages = [fault.partition(": ")[2] for fault in case.faults() if "excerpt is" not in fault]
    nothing = ["date is 2018, but the words of the excerpt give no date that the check can read"]
    assert messages == ([message] if message else [] if "last year" in excerpt else nothing)


def test_an_undated_source_is_read_from_both_ends_of_its_date(case):
    for name in ("log", "sources"):
        case.change(name, '"2019-10-24"', '"2019-10-23/2020-01-24"')
    case.change("log", "url =", 'how_dated = "By its words."\nurl =')
    assert case.faults() == []
    case.change("transfers", 'date: "2018"', 'date: "2017"')
    case.change("log", "2018, was", "2017, was")
    assert case.faults() == [
        case.at("transfers", 'date: "2017"', "date is 2017, but the words of the excerpt give 2018")
    ]


ARTICLES = [
    ("article", "Serbia ordered", "Serbia  ordered", "sha256",
     "article.txt is not the text that was read: its SHA-256 is"),
    ("log", 'file = "article.txt"', 'file = "other.txt"', "file",
     "other.txt cannot be read: No such file or directory"),
    ("log", 'excerpt = "2,500 men watch"', 'excerpt = "2,500 men wait"', 'excerpt = "2,500',
     "'2,500 men wait' does not stand in paragraph 4"),
    ("log", 'excerpt = "2,500 men watch"', 'excerpt = "500 men watch"', 'excerpt = "500', None),
    ("log", 'excerpt = "2,500 men watch"', 'excerpt = "2,500 men wat"', 'excerpt = "2,500',
     "'2,500 men wat' does not stand in paragraph 4"),
    ("log", 'excerpt = "2,500 men watch"', 'excerpt = "two systems … men watch"', 'excerpt = "two systems …',
     "'two systems … men watch' does not stand in paragraph 4"),
    ("log", 'paragraph = 4\nexcerpt = "2,500', 'paragraph = 3\nexcerpt = "2,500', 'excerpt = "2,500',
     "'2,500 men watch' does not stand in paragraph 3"),
    ("log", 'paragraph = 4\nexcerpt = "2,500', 'paragraph = 5\nexcerpt = "2,500',
     'paragraph = 5', "the article ends with paragraph 4"),
    ("log", 'paragraph = 4\nexcerpt = "2,500 men watch"',
     'paragraph = 3\nexcerpt = "The drill began on Wednesday in the capital."',
     'excerpt = "The drill', "the excerpt is a whole sentence; keep the few words with the figure"),
    ("log", 'paragraph = 4\nexcerpt = "2,500 men watch"', 'paragraph = 1\nexcerpt = "Systems for Serbia"',
     'excerpt = "Systems', "the excerpt is a whole sentence; keep the few words with the figure"),
    ("log", 'excerpt = "2,500 men watch"', 'excerpt = "2,500 men … two systems"',
     'excerpt = "2,500 men', None),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "where", "message"), ARTICLES)
def test_the_article(case, name, old, new, where, message):
    case.change(name, old, new)
    if message is None:
        assert case.faults() == []
    else:
        assert [fault.split(" is ")[0] for fault in case.faults()] == [
            case.at("log", where, message).split(" is ")[0]
        ]


@pytest.mark.parametrize(
    ("content", "message"), [(b"\xe9", "is not UTF-8"), (None, "cannot be read: Is a directory")]
)
def test_an_article_that_is_no_text(case, content, message):
    case.path("article").unlink()
    case.path("article").write_bytes(content) if content else case.path("article").mkdir()
    assert case.faults() == [case.at("log", "file", f"article.txt {message}")]


def test_an_article_that_was_cut_short(case):
    case.path("article").write_text(ARTICLE.split("\n\n")[0], encoding="utf-8")
    first, *others = case.faults()
    assert first.startswith(case.at("log", "sha256", "article.txt is not the text that was read"))
    assert {fault.partition(": ")[2] for fault in others} == {"the article ends with paragraph 1"}
    assert len(others) == 5


def test_a_byte_order_mark_in_an_article_is_part_of_it(case):
    content = b"\xef\xbb\xbf" + case.path("article").read_bytes()
    case.path("article").write_bytes(content)
    case.change("log", DIGEST, hashlib.sha256(content).hexdigest())
    case.change("sources", DIGEST, hashlib.sha256(content).hexdigest())
    assert case.faults() == []


def test_the_command_reports_and_exits(case, capsys):
    arguments = ["checkseeds", "--seeds", case.root / "seeds", "--fixtures", case.root / "fixtures"]
    call_command(*map(str, arguments))
    summary = "readings 5, claims 5: all agree; the articles' texts were not compared (--articles DIR).\n"
    assert capsys.readouterr().out == summary
    call_command(*map(str, arguments), "--articles", str(case.root / "articles"))
    assert capsys.readouterr().out == "readings 5, claims 5, articles 1: all agree.\n"
    case.change("article", "six", "ten")
    with pytest.raises(CommandError, match=r"^2 fault\(s\)\.$"):
        call_command(*map(str, arguments), "--articles", str(case.root / "articles"))
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{case.path('log')}:10: article.txt is not the text that was read")
    assert second == f"{case.path('log')}:14: 'ordered six systems last year' does not stand in paragraph 2"


def test_an_event_after_its_source_is_a_fault(case):
    case.change("transfers", "    note: Announced by the source for later.\n", "")
    assert "2019-10-23/2019-10-29 is later than its source" in str(case.faults())
