"""Encodings that are read, and those that are named, since a wrong letter in a name is never believed."""

from pathlib import Path

import pytest

from tests.registers.test_trade_register import HEADING, WHOLE, file, reason
from tests.support.registers import deals, write_delivery_years, write_trade_register
from transfers.registers.reading import Unreadable, read_file, read_register
from transfers.registers.reading.damage import find_damage, mark_damage

CASES = Path(__file__).parent / "cases"
DEALS = deals(20, seed=13)
RIGHT = (
    "Türkiye|TÜRKIYE|Côte d'Ivoire|Côte d’Ivoire|São Tomé|Curaçao|Sjöormen|Malmö|Älvsborg|Škoda|Žižka|Łódź|"
    "Århus|Ægir|Þór|Ñuble|España|Île de Ré|Œdipe|Šibenik|Öland|С-400|МиГ-29|Kh-35Э|Mk-2½|"
    "“Ink” frigate|„Adler“|Harpoon™|Ø|Nº 5|2×4|Franco–Prussian|Bo\u00a0105|東風|K’gari|naïve|GEM+|"
    "M-113/Büffel|(Éclair)"
).split("|")
LETTERS = "Türkiye|Côte d'Ivoire|São Tomé|Curaçao|Sjöormen|Daphné|Hallå|Éclair|Mjølner|Española|Málaga".split(
    "|"
)


def with_names(*names, encoding="utf-8"):
    """Return a register of a deal for each name, as its recipient."""
    rows = [WHOLE.replace("Hezbollah (Lebanon)*", name) for name in names]
    return "\n".join([HEADING, *rows, ""]).encode(encoding)


def refusal(data):
    with pytest.raises(Unreadable) as caught:
        read_register(data)
    return str(caught.value)


# UTF-16


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("write", [write_trade_register, write_delivery_years])
def test_utf_16_with_a_mark_is_read(encoding, write):
    written = write(DEALS, encoding="utf-8").decode()
    register = read_register(f"\ufeff{written}".encode(encoding))
    assert (register.deals, register.refused) == (read_register(written.encode()).deals, [])


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("write", [write_trade_register, write_delivery_years])
def test_utf_16_without_a_mark_is_read(encoding, write):
    written = write(DEALS, encoding="utf-8").decode()
    register = read_register(written.encode(encoding))
    assert (register.deals, register.refused) == (read_register(written.encode()).deals, [])


def test_names_in_utf_16_without_a_mark_keep_their_letters():
    assert read_register(with_names("Türkiye").decode().encode("utf-16-le")).deals[0].recipient == "Türkiye"


def test_text_of_a_spreadsheet_in_utf_16_with_tabs_is_read():
    text = with_names("Türkiye").decode().replace(",", "\t").replace("\n", "\r\n")
    assert read_register(text.encode("utf-16")).deals[0].recipient == "Türkiye"


# What is right


@pytest.mark.parametrize("name", RIGHT)
def test_right_name_has_no_damage(name):
    assert find_damage(name) == ""
    assert read_register(with_names(name)).deals[0].recipient == name


def test_right_names_in_the_encoding_of_windows_are_read():
    names = [name for name in RIGHT if name.encode("cp1252", "ignore").decode("cp1252") == name]
    register = read_register(with_names(*names, encoding="cp1252"))
    assert [deal.recipient for deal in register.deals] == names


# What is named


@pytest.mark.parametrize(("encoding", "title"), [("mac_roman", "Mac Roman"), ("cp850", "CP850")])
def test_another_encoding_is_named_with_line_and_word(encoding, title):
    words = refusal(with_names("Utopia", "Türkiye", encoding=encoding))
    assert words.startswith(f"The file is in {title}, or was read as that once: line 3 has 'T")
    assert "'Türkiye'" in words


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("encoding", ["mac_roman", "cp850"])
def test_no_name_of_a_file_in_another_encoding_is_read(encoding, name):
    try:
        register = read_register(with_names(name, encoding=encoding))
    except Unreadable:
        return
    assert (register.deals, len(register.refused)) == ([], 1)


def test_word_that_looks_right_is_not_read_beside_one_that_does_not():
    assert "Mac Roman" in refusal(with_names("Türkiye", "Malmö", encoding="mac_roman"))


def test_file_once_read_in_another_encoding_is_named_though_it_is_utf_8():
    damaged = with_names("Türkiye", "Malmö", encoding="mac_roman").decode("cp1252")
    assert "Mac Roman" in refusal(damaged.encode())


def test_file_of_the_case_is_refused():
    with pytest.raises(Unreadable, match="Mac Roman"):
        read_file(CASES / "encoded-mac-roman.csv")


@pytest.mark.parametrize("name", LETTERS)
@pytest.mark.parametrize("read_as", ["cp1252", "latin-1", "mac_roman", "cp850"])
def test_utf_8_that_was_encoded_twice_is_refused(read_as, name):
    twice = name.encode().decode(read_as, "replace")
    try:
        register = read_register(with_names(twice))
    except Unreadable:
        return
    assert (register.deals, len(register.refused)) == ([], 1)


@pytest.mark.parametrize("mark", ["\ufeff", "ï»¿", "\ufeffï»¿"])
def test_mark_of_utf_8_that_stands_twice_is_no_part_of_the_header(mark):
    assert len(read_register(b"\xef\xbb\xbf" + mark.encode() + file(WHOLE)).deals) == 1


@pytest.mark.parametrize("sign", ["\ufeff", "\u200b", "\u00ad", "\x7f"])
def test_name_with_an_unseen_sign_is_refused(sign):
    assert "holds" in read_register(with_names(f"Ere{sign}whon")).refused[0].reason


def test_encoding_of_utf_8_twice_is_named():
    refused = read_file(CASES / "encoded-utf8-twice.csv").refused
    assert [record.lines for record in refused] == [(2,), (3,)]
    assert "holds 'TÃ¼rkiye', which is UTF-8 that was encoded twice and may be 'Türkiye'" in refused[0].reason


def test_utf_8_with_one_wrong_byte_is_not_read_as_another_encoding():
    data = with_names("Türkiye", "Bétôn", "x").replace(b",x,", b",x\x92,")
    register = read_register(data)
    assert not {deal.recipient for deal in register.deals} & {"TÃ¼rkiye", "BÃ©tÃ´n"}


# Letters that were lost


def test_names_with_question_marks_are_refused_and_marks_stay():
    register = read_file(CASES / "letters-lost-to-question-marks.csv")
    assert [(record.lines, "'T?rkiye'" in record.reason) for record in register.refused] == [
        ((2,), True),
        ((3,), False),
    ]
    assert read_register(file(WHOLE)).deals[0].year_uncertain


@pytest.mark.parametrize(
    "name", ["T?rkiye", "Daphn?", "?-400", "C?te d'Ivoire", "???", "T&uuml;rkiye", "7.00E+05"]
)
@pytest.mark.parametrize("whole", ["Hezbollah (Lebanon)*", "Soviet Union", "K-52M"])
def test_name_that_lost_letters_is_refused_with_line_and_word(whole, name):
    refused = reason(file(WHOLE.replace(whole, name)))
    assert refused.startswith("Line 2: ")
    assert f"holds {name!r}," in refused


# Comments


@pytest.mark.parametrize(
    ("comment", "marked"),
    [
        ("For TŸrkiye and Malmö", "For T\ufffdrkiye and Malmö"),
        ("For TÃ¼rkiye", "For T\ufffdrkiye"),
        ("€5 m – “aid”", "€5 m – “aid”"),
        ("Uncertain?", "Uncertain?"),
    ],
)
def test_damaged_words_of_a_comment_are_marked(comment, marked):
    assert mark_damage(comment) == marked


def test_noise_in_a_comment_refuses_neither_file_nor_record():
    register = read_register(file(WHOLE.replace("Aid", "Général"), WHOLE.replace("Aid", "TŸrkiye")))
    assert [deal.comments for deal in register.deals] == ["Général", "T\ufffdrkiye"]
