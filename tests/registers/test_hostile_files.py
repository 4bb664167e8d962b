"""What is no register, said in one short sentence; and any bytes, each record of which is accounted."""

import gzip
import io
import os
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.registers import HEADER_A, PREAMBLE, deals, write_delivery_years, write_trade_register
from transfers.registers.reading import LAYOUTS, Unreadable, read_file, read_register, table, text

HEADER = ",".join(HEADER_A).encode()
A = write_trade_register(deals(6, seed=5))
B = write_delivery_years(deals(3, seed=5))
ROW = A.split(HEADER)[1].strip().split(b"\n")[0]


def zipped():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("register.csv", A)
    return file.getvalue()


NO_REGISTER = {
    "nothing": (b"", "is empty"),
    "a mark and blanks": (b"\xef\xbb\xbf \n", "is empty"),
    "a ZIP archive": (zipped(), "ZIP"),
    "gzip": (gzip.compress(A), "gzip"),
    "PDF": (b"%PDF-1.7\n" + A, "PDF"),
    "UTF-32": (A.decode("cp1252").encode("utf-32"), "UTF-32"),
    "half of UTF-16": (A.decode("cp1252").encode("utf-16-le")[:60] + A, "NUL"),
    "NULs that are no text": (b"\0R\0e" * 50 + b"\0\0", "None of the first 50 lines"),
    "a NUL": (A + b"\0", "NUL"),
    "one endless line": (b"a" * 10**6, "longer than 65,536 characters"),
    "10,000 columns": (HEADER + b",x" * 10_000 + b"\n" + ROW, "10,016 columns"),
    "10,000 other columns": (b",".join([b"col"] * 10_000), "None of the first 50 lines"),
    "words": (b"Dear reader,\nno register is here.\n", "None of the first 50 lines"),
    "end before the header": (A[:150], "None of the first 50 lines"),
    "end in the header": (A[: A.index(HEADER) + len(HEADER) - 3], "lacks the column 'SIPRI TIV of delivered"),
    "another heading": (A.replace(b"status", b"state"), "Line 12 is nearly the header of a trade register"),
    "a column less": (
        B.replace(b"Order date,", b"Order,"),
        "a register by delivery year, but lacks the column",
    ),
    "marks lost": (A.replace(b"order, ,", b"order,", 1), "the unnamed column after 'Year of order'"),
    "a column twice": (A.replace(b"Comments", b"Comments,supplier"), "has the column 'Supplier' twice"),
    "no record": (b"\n".join(line.encode() for line in [*PREAMBLE, ",".join(HEADER_A)]), "no record"),
    "a late header": (b"\n" * 50 + HEADER + b"\n" + ROW, "None of the first 50 lines"),
    "lines without end": (HEADER + b"\n" * text.LINES, "more than 1,000,000 lines"),
}


@pytest.mark.parametrize(("data", "words"), NO_REGISTER.values(), ids=NO_REGISTER.keys())
def test_what_is_no_register_is_said_in_one_sentence(data, words):
    with pytest.raises(Unreadable) as caught:
        read_register(data)
    sentence = str(caught.value)
    assert words in sentence
    assert (sentence[-1], "\n" in sentence, len(sentence) < 300) == (".", False, True)


def test_more_records_than_any_register_has_are_no_register(monkeypatch):
    monkeypatch.setattr(table, "RECORDS", 5)
    with pytest.raises(Unreadable, match="more than 5 records"):
        read_register(A)


def test_too_large_a_file_is_not_even_opened(tmp_path):
    path = tmp_path / "register.csv"
    with path.open("wb") as file:
        file.truncate(2**30)
    path.chmod(0)
    with pytest.raises(Unreadable, match="larger than 64 MB"):
        read_file(path)


def test_file_is_read_whatever_its_name(tmp_path):
    path = tmp_path / "notes.pdf"
    path.write_bytes(B)
    assert read_file(path).layout == "delivery_years"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("absent.csv", "There is no file"),
        ("", "is a folder"),
        ("pipe", "not an ordinary file"),
        ("a\0b", "name holds"),
    ],
)
def test_path_to_no_file_is_said(tmp_path, name, words):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Unreadable, match=words):
        read_file(tmp_path / name)


def test_layouts_have_names_of_their_own():
    assert [layout.NAME for layout in LAYOUTS] == ["trade_register", "delivery_years", "before_2023"]


def count_records(data):
    """Return the number of records, of which none is lost; 0 for what is no register."""
    try:
        register = read_register(data)
    except Unreadable:
        return 0
    parts = [*register.deals, *register.refused]
    lines = [line for part in parts for line in part.lines]
    assert register.records == sum(part.records for part in parts)
    assert len(lines) == len(set(lines))
    assert all(len(refused.reason) < 400 for refused in register.refused)
    return register.records


@given(st.binary(max_size=300))
@example(b"\xef\xbb\xbf\xff")
def test_any_bytes_are_a_register_or_none(data):
    assert count_records(data) == 0


@pytest.mark.parametrize("whole", [A, B], ids=["trade register", "by delivery year"])
@given(
    st.lists(
        st.tuples(
            st.floats(0, 1, exclude_max=True),
            st.integers(0, 40),
            st.binary(max_size=4)
            | st.sampled_from([b"\n", b",", b"\r\n", b";", b"?", b"\xef\xbf\xbd", HEADER]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=100)
def test_no_record_of_a_spoilt_register_is_lost(whole, changes):
    data = whole
    for place, width, bytes_ in changes:
        start = int(place * len(data))
        data = data[:start] + bytes_ + data[start + width :]
    count_records(data)


@given(
    st.lists(st.sampled_from([b"a", b"", b"a,b", b"," * 12, b"x,1,2,3", ROW, b"," * 15 + b"x"]), max_size=12)
)
def test_each_line_is_of_one_record(lines):
    data = b"\n".join([HEADER, *lines, b""])
    blank = {number for number, line in enumerate(lines, 2) if not line}
    expected = "cut short" if any(lines) else "no record"
    try:
        register = read_register(data)
    except Unreadable as error:
        if expected not in str(error):
            raise
        return
    covered = {line for part in [*register.deals, *register.refused] for line in part.lines}
    assert covered | blank == set(range(2, len(lines) + 2))
