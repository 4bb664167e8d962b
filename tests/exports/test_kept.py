"""Kept exports: written once and whole, shared by readers, removed when there is no room."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest

from transfers.exports import kept, streaming
from transfers.exports.kept import Busy, ExportFailed

NAME = "0123456789abcdef0123456789abcdef.csv"
TEXT = b"key,supplier\r\n" * 20_000
#: Writes some lines, waits for a line on its input, writes the rest, and says that the file is whole.
WRITER = """
import os, sys
from pathlib import Path
from transfers.exports.formats.worker import _end
text = b"key,supplier\\r\\n" * 20_000
os.write(1, text[:1000])
if sys.stdin.readline():
    os.write(1, text[1000:])
    _end(Path(sys.argv[1]), len(text))
"""


@pytest.fixture
def writer(settings, tmp_path):
    """Return a function that starts a writer; its `processes` wait for a line before they go on."""
    settings.EXPORTS_DIR = tmp_path
    processes = []

    def start(data, held):
        process = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(tmp_path / start.name)],
            stdin=subprocess.PIPE, stdout=data, pass_fds=held,
        )  # fmt: skip
        processes.append(process)
        if start.goes_on:
            let_go(process)

    start.processes, start.name, start.goes_on = processes, NAME, True
    yield start
    for process in processes:
        process.kill()
        process.wait()
        process.stdin.close()


def let_go(process):
    process.stdin.write(b"\n")
    process.stdin.flush()


def read(name, start):
    start.name = name
    text = b"".join(kept.open_export(name, start).follow())
    for process in start.processes:
        process.wait()  # it holds its lock to its very end
    return text


def test_it_is_read_whole_while_it_is_written(writer):
    assert read(NAME, writer) == TEXT


def test_it_is_written_once_for_all(writer):
    assert [read(NAME, writer), read(NAME, writer)] == [TEXT, TEXT]
    assert len(writer.processes) == 1


def test_two_readers_at_once_share_one_writer(writer):
    writer.goes_on = False
    first, second = (kept.open_export(NAME, writer) for _ in range(2))
    let_go(writer.processes[0])
    assert (b"".join(second.follow()), b"".join(first.follow()), len(writer.processes)) == (TEXT, TEXT, 1)


def test_its_size_is_told_when_it_is_whole(writer):
    writer.goes_on = False
    reader = kept.open_export(NAME, writer)
    assert reader.get_size() is None
    let_go(writer.processes[0])
    assert reader.wait_for_size() == len(TEXT)
    reader.close()


def test_where_the_writer_is_killed_its_readers_hear_of_it(writer):
    writer.goes_on = False
    pieces = kept.open_export(NAME, writer).follow()
    assert next(pieces)
    os.kill(writer.processes[0].pid, signal.SIGKILL)
    with pytest.raises(ExportFailed):
        b"".join(pieces)


def test_what_a_killed_writer_left_is_written_anew(writer):
    writer.goes_on = False
    reader = kept.open_export(NAME, writer)
    os.kill(writer.processes[0].pid, signal.SIGKILL)
    with pytest.raises(ExportFailed):
        reader.wait_for_size()
    reader.close()
    writer.goes_on = True
    assert read(NAME, writer) == TEXT


def test_a_file_that_is_not_as_large_as_it_says_is_written_anew(writer, tmp_path):
    read(NAME, writer)
    os.truncate(tmp_path / NAME / "data", 10)
    assert (read(NAME, writer), len(writer.processes)) == (TEXT, 2)


def test_a_writer_that_cannot_begin_is_told_of(writer):
    with pytest.raises(ExportFailed):
        kept.open_export(NAME, lambda data, held: None)


def test_only_so_many_are_written_at_once(writer, monkeypatch):
    monkeypatch.setattr(kept, "AT_ONCE", 1)
    monkeypatch.setattr(kept, "_PATIENCE", 0.1)
    writer.goes_on = False
    reader = kept.open_export(NAME, writer)
    with pytest.raises(Busy):
        kept.open_export("f" * 32 + ".csv", writer)
    reader.close()


def test_only_so_many_wait(writer, monkeypatch):
    monkeypatch.setattr(kept, "_WAITING", threading.BoundedSemaphore(1))
    assert kept._WAITING.acquire()
    with pytest.raises(Busy):
        kept.open_export(NAME, writer)
    kept._WAITING.release()
    assert read(NAME, writer) == TEXT
    assert kept._WAITING.acquire(blocking=False)


class TestClean:
    def test_the_least_used_are_removed_until_the_rest_has_room(self, writer, settings, tmp_path):
        settings.EXPORTS_MEGABYTES = 1
        names = [f"{number:032x}.csv" for number in range(6)]
        for age, name in enumerate(names[:5]):
            read(name, writer)
            used = time.time() - 100 + age
            os.utime(tmp_path / name / "whole", (used, used))
        read(names[0], writer)  # used just now
        read(names[5], writer)
        assert {path.name for path in tmp_path.iterdir() if path.is_dir()} == {*names} - {names[1], names[2]}

    def test_the_old_are_removed(self, writer, settings, tmp_path):
        read(NAME, writer)
        long_ago = time.time() - 86_400 * (settings.EXPORTS_DAYS + 1)
        os.utime(tmp_path / NAME / "whole", (long_ago, long_ago))
        kept.clean()
        assert not (tmp_path / NAME).exists()

    def test_what_is_being_read_stays(self, writer, settings, tmp_path):
        settings.EXPORTS_MEGABYTES = 0
        reader = kept.open_export(NAME, writer)
        reader.wait_for_size()
        kept.clean()
        assert b"".join(reader.follow()) == TEXT
        kept.clean()
        assert not (tmp_path / NAME).exists()

    def test_nothing_else_in_the_folder_is_touched(self, writer, settings, tmp_path):
        settings.EXPORTS_MEGABYTES = 0
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "data").write_text("mine")
        kept.clean()
        assert (tmp_path / "home" / "data").read_text() == "mine"


def test_a_stream_that_takes_too_long_breaks_off(monkeypatch):
    monkeypatch.setattr(streaming, "LONGEST", 0)
    with (
        closing(streaming.Stream(piece for piece in (b"first", b"second"))) as stream,
        pytest.raises(ExportFailed),
    ):
        list(stream)
