"""Programs of the documents: python, r and sh blocks, and the text block of output below each.

A document's blocks of one language are one program: a later block uses the names of an earlier one. It
runs in a folder of its own against a server of the shipped register, whose address stands in for that
of `make run`. Of the sh blocks only those with an output are run: others are for a reader's machine.
In an expected output `…` stands for anything.
"""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.support.documents import HOST, list_documents, matches
from tests.support.servers import ROOT, without_proxies

_BLOCK = re.compile(r"^```(python|r|sh)\n(.*?)^```$(?:\n+^```text\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
#: Files that a document tells its reader to copy beside a program.
CLIENTS = ROOT / "docs" / "clients"
#: What runs a language, and how it says that a block has ended.
RUNNERS = {
    "python": ([sys.executable, "-W", "error"], "print('\\x1e', end='')"),
    "r": (["Rscript"], "cat('\\x1e')"),
    "sh": (["sh", "-e"], "printf '\\036'"),
}
NEEDED = {"python": sys.executable, "r": "Rscript", "sh": "curl"}


@dataclass(frozen=True)
class Block:
    """Some lines of a program, and the output that its document promises for them."""

    line: int
    code: str
    expected: str


@dataclass(frozen=True)
class Program:
    """All blocks of one language in a document."""

    document: Path
    language: str
    blocks: tuple[Block, ...]

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.language}"

    @property
    def missing(self) -> str:
        """Return the program that this one needs, where the machine lacks it."""
        needed = NEEDED[self.language]
        return "" if shutil.which(needed) else needed

    def run(self, host: str, folder: Path) -> list[str]:
        """Return what each block prints."""
        command, end = RUNNERS[self.language]
        for client in CLIENTS.glob("*.py"):
            shutil.copy(client, folder)
        script = folder / f"program.{self.language}"
        text = "".join(f"{block.code}{end}\n" for block in self.blocks)
        script.write_text(text.replace(HOST, host), encoding="utf-8")
        done = subprocess.run(
            [*command, script.name], cwd=folder, env=without_proxies() | {"LC_ALL": "C.UTF-8"},
            capture_output=True, text=True, encoding="utf-8", check=False, timeout=120,
        )  # fmt: skip
        assert done.returncode == 0, f"{self}\n{done.stdout}\n{done.stderr}"
        return done.stdout.replace(host, HOST).split("\x1e")[:-1]


def list_programs() -> list[Program]:
    """Return every program of every document."""
    programs = [
        Program(path, language, _read_blocks(path, language))
        for path in list_documents()
        for language in RUNNERS
    ]
    return [program for program in programs if program.blocks]


def _read_blocks(path: Path, language: str) -> tuple[Block, ...]:
    text = path.read_text(encoding="utf-8")
    return tuple(
        Block(text[: match.start()].count("\n") + 1, match[2], match[3] or "")
        for match in _BLOCK.finditer(text)
        if match[1] == language and _is_run(match)
    )


def _is_run(match: re.Match[str]) -> bool:
    return match[1] != "sh" or match[3] is not None


def rewrite(program: Program, outputs: list[str]) -> None:
    """Write the outputs anew where they do not match."""
    remaining = iter(outputs)

    def renew_block(match: re.Match[str]) -> str:
        if match[1] != program.language or not _is_run(match):
            return match[0]
        output, expected = next(remaining), match[3] or ""
        shown = expected if matches(expected, output) else output
        below = f"\n\n```text\n{shown}```" if shown else ""
        return f"```{match[1]}\n{match[2]}```{below}"

    text = program.document.read_text(encoding="utf-8")
    program.document.write_text(_BLOCK.sub(renew_block, text), encoding="utf-8")
