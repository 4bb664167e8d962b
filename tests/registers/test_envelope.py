"""The web site's JSON envelope: read as the CSV in it, or refused in a sentence."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.registers import deals, write_delivery_years, write_trade_register
from transfers.registers.reading import Unreadable, envelope, read_register

DEALS = deals(20, seed=5)
CSV = write_trade_register(DEALS)


def wrap(content, **more):
    """Return the content in an envelope."""
    return json.dumps({"bytes": base64.b64encode(content).decode(), **more}).encode()


def refusal(data):
    with pytest.raises(Unreadable) as error:
        read_register(data)
    return str(error.value)


@pytest.mark.parametrize("content", [CSV, write_delivery_years(DEALS)], ids=["trade", "by year"])
def test_an_envelope_is_read_like_the_csv_in_it(content):
    assert read_register(wrap(content)) == read_register(content)


def test_an_envelope_may_have_other_keys():
    assert read_register(wrap(CSV, name="register.csv", size=3)) == read_register(CSV)


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n", b" \r\n\t"])
def test_an_envelope_may_begin_with_a_mark_or_blanks(before):
    assert read_register(before + wrap(CSV)) == read_register(CSV)


def test_base64_may_run_over_lines():
    lines = base64.encodebytes(CSV).decode()
    assert read_register(json.dumps({"bytes": lines}).encode()) == read_register(CSV)


@given(st.binary(max_size=200))
def test_what_is_wrapped_comes_back(content):
    if not envelope.is_envelope(content):
        assert envelope.unwrap(wrap(content)) == content


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"{", "cannot be read as JSON from line 1, column 2 on"),
        (wrap(CSV)[:-40], "cannot be read as JSON"),
        (wrap(CSV) + b"x", "cannot be read as JSON"),
        (b'{"bytes": "\xff"}', "is not UTF-8"),
        (b'{"a":' * 100_000, "cannot be read as JSON"),
        (b'{"bytes": ' + b"9" * 5000 + b"}", "cannot be read as JSON"),
        (b"{}", "without the key 'bytes'"),
        (b'{"Bytes": "QQ=="}', "without the key 'bytes'"),
        (b'{"bytes": null}', "without the key 'bytes'"),
        (b'{"bytes": 12}', "does not hold a text"),
        (b'{"bytes": ["QQ=="]}', "does not hold a text"),
        (b'{"bytes": "QQ==", "bytes": "QQ=="}', "appears twice"),
        (b'{"bytes": "Recipient,Supplier"}', "does not hold base64"),
        (b'{"bytes": "QQ="}', "does not hold base64"),
        (b'{"bytes": "QUI\xc3\xa9"}', "does not hold base64"),
        (b'{"bytes": ""}', "The file is empty"),
        (wrap(b"PK\x03\x04 and more"), "a ZIP archive"),
        (wrap(b"{\\rtf1 a text}"), "an RTF document"),
        (wrap(b"a,b\nc,d\n"), "None of the first 50 lines is the header"),
        (wrap(wrap(CSV)), "an envelope in an envelope"),
    ],
)  # fmt: skip
def test_what_is_no_envelope_is_refused_in_a_sentence(data, words):
    assert words in refusal(data)


def test_rich_text_is_no_envelope():
    assert "an RTF document" in refusal(b"{\\rtf1 a text}")


def test_an_envelope_larger_than_a_register_is_refused(monkeypatch):
    monkeypatch.setattr("transfers.registers.reading.text.LARGEST", 1000)
    assert "larger than" in refusal(wrap(b"a" * 900))
