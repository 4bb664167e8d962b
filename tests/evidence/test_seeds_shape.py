"""The shape of reading logs and fixtures: each fault in its line, and never a traceback."""

import pytest

from tests.support import seed_case
from tests.support.seed_case import DIGEST


@pytest.fixture
def case(tmp_path):
    return seed_case.make(tmp_path)


SHAPES = [
    ("publisher = ", "publisher: ", "publisher: ",
     "is not TOML: Expected '=' after a key in a key/value pair"),
    ('declined = "No arms; rus-srb-s-400-2018 is not concerned."', 'declined = "', 'declined = "',
     "is not TOML: Illegal character '\\n'"),
    ("agencies = []\n", "", "key = ", "agencies is missing"),
    (f'sha256 = "{DIGEST}"\n', "", "key = ", "sha256 is missing"),
    ("[[reading]]\nparagraph = 2\n", "[[reading]]\n", "[[reading]]", "paragraph is missing"),
    ('url = "https', 'adress = "https', "adress", "adress is not a key of the format"),
    ("attributed_to", "attributed", "attributed", "attributed is not a key of the format"),
    ("agencies = []", "agencies = ''", "agencies", "agencies must be a list of texts, none of them empty"),
    ("agencies = []", "agencies = ['']", "agencies", "agencies must be a list of texts, none of them empty"),
    ('title = "Systems for Serbia"', "title = ' '", "title", "title must be text, and not empty"),
    ('published = "2019-10-24"', "published = 2019-10-24", "published",
     "published must be text, and not empty"),
    ("paragraph = 2", "paragraph = '2'", "paragraph = '2'",
     "paragraph must be a whole number from 1, or several in rising order"),
    ("paragraph = 2", "paragraph = true", "paragraph = true",
     "paragraph must be a whole number from 1, or several in rising order"),
    ("paragraph = [3, 4]", "paragraph = [4, 3]", "paragraph = [4",
     "paragraph must be a whole number from 1, or several in rising order"),
    ("paragraph = [3, 4]", "paragraph = [3]", "paragraph = [3]",
     "paragraph must be a whole number from 1, or several in rising order"),
    ("paragraph = 4\nexcerpt = \"2,500", "paragraph = 0\nexcerpt = \"2,500", "paragraph = 0",
     "paragraph must be a whole number from 1, or several in rising order"),
    ('finding = "Spectators."', 'finding = ""', 'finding = ""', "finding must be text, and not empty"),
    ('finding = "Spectators."', 'finding = """\nkey = 1\n"""', "key = 1",
     "key = inside another value: write each value on one line"),
    ('finding = "Spectators."', '"finding" = "Spectators."', "[[reading]]\nparagraph = 4\nexcerpt = \"2,500",
     "finding must start a line of its own"),
    ('declined = "No arms; ', 'recorded_as = []  # ', "recorded_as = []",
     "recorded_as must be a list of texts, at least one"),
    ('declined = "No arms; ', '# "', '[[reading]]\nparagraph = 4\nexcerpt = "2,500',
     "a reading has either recorded_as or declined, and not both"),
    ('recorded_as = ["rus-srb-s-400-2018/date_deployed"]',
     'recorded_as = ["rus-srb-s-400-2018/date_deployed"]\ndeclined = "No."', "[[reading]]\nparagraph = [3",
     "a reading has either recorded_as or declined, and not both"),
    ('excerpt = "2,500 men watch"',
     'excerpt = "and 2,500 men watch; two systems came on February 23 a day after"',
     'excerpt = "and', "the excerpt has 13 words; 12 is the most"),
    ('excerpt = "2,500 men watch"', 'excerpt = "two systems came on February 23 a day after"',
     '[[reading]]\nparagraph = 4\nexcerpt = "two systems came on February 23 a day after"\nfinding = "Spec',
     "the same paragraph and excerpt as in line 31"),
    ('key = "paper-2019', 'key = "paper-2018', "key = ",
     "the key is paper-2018-10-24-systems, but the file is named paper-2019-10-24-systems.toml"),
    ('file = "article.txt"', 'file = "../article.txt"', "file", "only the file's name, without a directory"),
    ('published = "2019-10-24"', 'published = "2019-10"', "published",
     "not a single day: how_dated must say how it was derived"),
    ('published = "2019-10-24"', 'published = "2019-13-24"', "published",
     "'2019-13-24': 13 is no month (01 to 12) and no season (21 spring to 24 winter)"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "message"), SHAPES)
def test_shape_of_a_log(case, old, new, where, message):
    case.change("log", old, new)
    assert case.faults() == [case.at("log", where, message)]


def test_a_reading_written_inline_is_no_table(case):
    case.path("log").write_text(case.text("log").split("\n[[")[0] + "reading = [{}]\n", encoding="utf-8")
    assert case.faults() == [case.at("log", "key", "each reading stands under a line [[reading]]")]


def test_an_excerpt_of_two_paragraphs_has_two_parts(case):
    case.change("log", "Wednesday … run until Oct. 29", "Wednesday")
    assert case.at(
        "log",
        'excerpt = "drill',
        "of several paragraphs, the excerpt has one part each, joined by ' … '",
    ) in case.faults()  # fmt: skip


ENCODINGS = [
    (b"\xef\xbb\xbf", 1, "starts with a byte order mark; save it as UTF-8 without one"),
    (b"\n\n\xe9", 3, "is not UTF-8"),
    (None, 1, "is empty"),
]


@pytest.mark.parametrize("name", ["log", "sources", "transfers"])
@pytest.mark.parametrize(("start", "line", "message"), ENCODINGS)
def test_a_file_that_is_no_text(case, name, start, line, message):
    path = case.path(name)
    path.write_bytes(start + path.read_bytes() if start else b" \n")
    assert f"{path.name}:{line}: {message}" in case.faults()
    assert len([fault for fault in case.faults() if not fault.endswith("but it has no log")]) == 1


def test_a_missing_fixture(case):
    case.path("sources").unlink()
    assert case.faults() == ["sources.yaml:1: cannot be read: No such file or directory"]


def test_a_directory_without_logs(case):
    case.path("log").unlink()
    missing = "claims point to its paragraphs, but it has no log paper-2019-10-24-systems.toml"
    assert case.faults() == [case.at("sources", "key", missing), "seeds:1: holds no reading log (*.toml)"]


FIXTURES = [
    ("unit: system", "unit: [system", "locator", "is not YAML: did not find expected ',' or ']'"),
    ("minimum: 6", "minimum: 6\n    minimum: 7", "minimum: 7", "minimum appears twice"),
    ("minimum: 6", "minimum: six", "minimum: six", "minimum must be a number"),
    ("minimum: 6", "minimum: .nan", "minimum: .nan", "minimum must be a number"),
    ("    minimum: 6\n    maximum: 6\n", "", "- model: transfers.quantity",
     "a claim needs a minimum, a maximum or both"),
    ('date: "2018"', "date: 2018", "date: 2018", "date must be text, and not empty; quote it"),
    ('date: "2018"', "date: 2018-99-99", "date: 2018-99-99", "is not a value that YAML can read; quote it"),
    ('date: "2018"', 'date: "2018-1"', "date:",
     "'2018-1': months and days have two digits, after hyphens: write 2018-01 for January 2018"),
    ('as_of: "2019-02-22"', "as_of: 2019", "as_of", "as_of must be text, and not empty; quote it"),
    ('as_of: "2019-02-22"', 'as_of: "soon"', "as_of", "'soon': a date needs its year"),
    ("measure: ordered", "measure: bought", "measure", "quantity_bought is not a measure of the register"),
    ("transfer: [rus-srb-s-400-2018]", "transfer: 7", "transfer: 7",
     "transfer must be a natural key, such as [the-key]"),
    ('    locator: "¶2"\n', "", "- model: transfers.quantity",
     "locator must be text, and not empty; quote it"),
    ("model: transfers.valuation", "model: transfers.party", "- model: transfers.party",
     "transfers.party does not belong in this file"),
    ("- model: transfers.valuation\n  fields:", "- model: transfers.valuation\n  values:",
     "- model: transfers.valuation", "a record has just model and fields"),
    ("- model: transfers.transfer\n", "- transfer\n- model: transfers.transfer\n", "- transfer",
     "a record has just model and fields, and the fields have names"),
    ("- model: transfers.quantity",
     "- model: transfers.transfer\n  fields:\n    key: rus-srb-s-400-2018\n- model: transfers.quantity",
     "key: rus-srb-s-400-2018\n- model: transfers.quantity", "rus-srb-s-400-2018 appears twice"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "where", "message"), FIXTURES)
def test_shape_of_a_fixture(case, old, new, where, message):
    case.change("transfers", old, new)
    assert case.faults() == [case.at("transfers", where, message)]


@pytest.mark.parametrize(
    ("new", "message"),
    [
        ("2019-10-24", "published must be text, and not empty; quote it"),
        ("soon", "'soon': a date needs its year"),
    ],
)
def test_a_source_has_its_date_of_publication(case, new, message):
    case.change("sources", '"2019-10-24"', new)
    assert case.faults() == [case.at("sources", "published", message)]


@pytest.mark.parametrize(
    "text", ["a: 1\n", "7\n", "- [\x00]\n", "{", "- !!python/object:x {}\n", "- &a [*a]\n"]
)
def test_yaml_of_any_kind_gives_a_fault_and_no_traceback(case, text):
    case.path("transfers").write_text(text, encoding="utf-8")
    assert len(case.faults()) == 1
    assert case.faults()[0].startswith("transfers.yaml:1: ")
