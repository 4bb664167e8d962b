"""Bytes of a file as lines of text, or a sentence on why they are none."""

import codecs
import re
import zipfile
from io import BytesIO
from pathlib import Path
from stat import S_ISDIR, S_ISREG

from .damage import check_words
from .records import Unreadable

#: In bytes; a register of 30,000 records has 5 MB.
LARGEST = 64 * 2**20
LONGEST = 65_536
LINES = 1_000_000
#: A header stands within the first lines, and these within the first MB.
HEAD = 50
_CHUNK = 2**20
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
#: The mark of UTF-8 once more, also where it was read in Windows' western encoding.
_MARKS = ("\ufeff", "ï»¿", "\ufeff")
_UNDEFINED = re.compile("[\udc80-\udcff]")

_ARCHIVE, _BOOK = b"PK\x03\x04", "xl/workbook.xml"
_FORMATS = (
    (_ARCHIVE, "a ZIP archive or a workbook; unpack it, or save its sheet as CSV"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "compressed with gzip; unpack it"),
    (b"BZh", "compressed with bzip2; unpack it"),
    (b"\xfd7zXZ\x00", "compressed with xz; unpack it"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive; unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old workbook or document; save its sheet as CSV"),
    (b"%PDF", "a PDF document; a register is read from CSV"),
    (b"{\\rtf", "an RTF document; a register is read from CSV"),
    (b"PAR1", "a Parquet file; a register is read from CSV"),
    (codecs.BOM_UTF32_LE, "text in UTF-32; save it as 'CSV UTF-8'"),
    (codecs.BOM_UTF32_BE, "text in UTF-32; save it as 'CSV UTF-8'"),
)


def load_file(path: Path) -> bytes:
    """Return the bytes of the file; raise Unreadable for what is no file, or too large to be a register."""
    shown = path.name if len(path.name) <= 80 else f"{path.name[:80]}…"
    try:
        status = path.stat()
        if S_ISDIR(status.st_mode):
            raise Unreadable(f"{shown} is a folder, not a file.")
        if not S_ISREG(status.st_mode):
            raise Unreadable(f"{shown} is not an ordinary file.")
        _check_size(status.st_size)
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except FileNotFoundError:
        raise Unreadable(f"There is no file {shown}.") from None
    except OSError as error:
        raise Unreadable(f"{shown} cannot be read: {error.strerror or 'the system refused it'}.") from error
    except ValueError:
        raise Unreadable("The file's name holds characters that no file name can.") from None


def check_data(data: bytes) -> None:
    """Raise Unreadable for what is plainly neither text of a register nor a workbook."""
    _check_size(len(data))
    if not data.strip(codecs.BOM_UTF8 + codecs.BOM_UTF16 + b" \t\r\n\0"):
        raise Unreadable("The file is empty.")
    if is_workbook(data):
        return
    for magic, words in _FORMATS:
        if data.startswith(magic):
            raise Unreadable(f"The file is {words}.")
    if not detect_encoding(data).startswith("utf-16") and (place := data.find(b"\0")) >= 0:
        line = data.count(b"\n", 0, place) + 1
        raise Unreadable(f"Line {line} holds a NUL byte, so the file is no plain text.")
    if max(data.count(b"\n"), data.count(b"\r")) >= LINES:
        raise Unreadable(f"The file has more than {LINES:,} lines, far more than a register.")


def is_workbook(data: bytes) -> bool:
    """Return whether the data is a ZIP archive that holds a workbook."""
    return data.startswith(_ARCHIVE) and any(part.filename == _BOOK for part in list_parts(data))


def list_parts(data: bytes) -> list[zipfile.ZipInfo]:
    """Return what a ZIP archive holds; nothing where it is none."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            return archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OSError):
        return []


def detect_encoding(data: bytes) -> str:
    """Return UTF-16 by its mark or its NULs; UTF-8 where the data is, but for its end; else cp1252."""
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith(_UTF16):
        return "utf-16"
    if unmarked := _detect_unmarked(data):
        return unmarked
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for start in range(0, len(data), _CHUNK):
            decoder.decode(data[start : start + _CHUNK])
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _detect_unmarked(data: bytes) -> str:
    """Return UTF-16 where every other byte of the head, and no other, is NUL, as in Latin letters."""
    evens, odds = data[: 2 * HEAD : 2], data[1 : 2 * HEAD : 2]
    for nulls, signs, encoding in ((odds, evens, "utf-16-le"), (evens, odds, "utf-16-be")):
        if nulls and not nulls.strip(b"\0") and b"\0" not in signs:
            return encoding
    return ""


def split_lines(data: bytes, encoding: str) -> list[str]:
    """Return physical lines without their ends, whatever these are; `check_lines` must follow."""
    text = data.decode(encoding, "surrogateescape" if encoding == "cp1252" else "replace")
    for mark in _MARKS:
        text = text.removeprefix(mark)
    return text.replace("\r\r\n", "\n").replace("\r\n", "\n").replace("\r", "\n").split("\n")


def check_lines(lines: list[str], encoding: str) -> list[str]:
    """Return the lines with U+FFFD for what the encoding lacks; raise Unreadable where it is another one."""
    check_words(lines, is_certain=encoding != "cp1252")
    return [line if line.isascii() else _UNDEFINED.sub("\ufffd", line) for line in lines]


def check_length(number: int, line: str) -> None:
    if len(line) > LONGEST:
        raise Unreadable(f"Line {number} is longer than {LONGEST:,} characters, so the file is no register.")


def _check_size(size: int) -> None:
    if size > LARGEST:
        raise Unreadable(f"The file is larger than {LARGEST // 2**20} MB, far larger than a register.")
