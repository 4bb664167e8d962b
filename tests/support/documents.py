"""The examples of the documents: `$ command` lines in console blocks, and the output below them.

Commands are run in the process: `curl` through Django's test client, `manage.py` through call_command.
In an expected output `…` stands for anything. Run the tests with UPDATE_DOCS=1 to write outputs anew.

A document in WALKS goes on from one command to the next: it is run whole, in a register and a folder of
its own. Of the others each command is run by itself.
"""

import json
import re
import shlex
import shutil
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1:8000"
WALKS = {"beside-a-register.md", "import-a-register.md"}
_BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass
class Example:
    """One command and the output that its document promises."""

    document: Path
    line: int
    command: str
    expected: str

    def __str__(self) -> str:
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("seeds/*.md")])


def walks() -> list[Path]:
    return [path for path in documents() if path.name in WALKS]


def examples() -> list[Example]:
    """Every example of every document that is run by itself."""
    return [example for path in documents() if path.name not in WALKS for example in examples_of(path)]


def examples_of(path: Path) -> list[Example]:
    """The examples of one document, in its order."""
    text = path.read_text(encoding="utf-8")
    found = []
    for block in _BLOCK.finditer(text):
        line = text[: block.start()].count("\n") + 2
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            if part.startswith("$ "):
                command, _, output = part[2:].partition("\n")
                found.append(Example(path, line, command, output))
            line += part.count("\n")
    return found


def run(command: str) -> str:
    """What the command prints; raises for a command that documents should not use."""
    program, _, rest = command.partition(" | ")
    words = shlex.split(program)
    if words[0] == "curl":
        output = _curl(words[1:])
    elif words[:2] == [".venv/bin/python", "manage.py"]:
        out = StringIO()
        call_command(*words[2:], stdout=out, stderr=out)
        output = out.getvalue()
    elif words[0] in ("cat", "head"):
        *reading, path = words
        text = Path(path).read_text(encoding="utf-8")
        output = text if reading == ["cat"] else _pipe(reading, text)
    else:
        raise ValueError(f"documents run curl, manage.py, cat and head, not {words[0]}")
    for pipe in filter(None, rest.split(" | ")):
        output = _pipe(shlex.split(pipe), output)
    return output


def _curl(arguments: list[str]) -> str:
    url = next(word for word in arguments if word.startswith("http"))
    assert url.startswith(f"http://{HOST}/"), url
    assert set(arguments) <= {url, "-s", "-i", "-I"}, arguments
    response = Client().get(url.removeprefix(f"http://{HOST}"), headers={"host": HOST})
    body = response.getvalue() if response.streaming else response.content
    text = body.decode().replace("\r\n", "\n")
    if "json" in response["Content-Type"]:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False) + "\n"
    return text


def _pipe(words: list[str], text: str) -> str:
    """head -n N and cut -d, -f…: all that the examples need, alike on every machine."""
    if words[0] == "head":
        return "".join(text.splitlines(keepends=True)[: int(words[-1].removeprefix("-"))])
    if words[:2] == ["cut", "-d,"]:
        columns = [number for part in words[2].removeprefix("-f").split(",") for number in _columns(part)]
        lines = (line.split(",") for line in text.splitlines())
        return "".join(",".join(cells[n - 1] for n in columns if n <= len(cells)) + "\n" for cells in lines)
    raise ValueError(f"documents pipe into head and cut, not {words[0]}")


def _columns(part: str) -> range:
    first, _, last = part.partition("-")
    return range(int(first), int(last or first) + 1)


def lay_out(folder: Path) -> None:
    """Put the files that documents name by their path in the project into another folder."""
    shutil.copytree(
        ROOT / "docs" / "tutorial", folder / "docs" / "tutorial", ignore=shutil.ignore_patterns("*.md")
    )


def matches(expected: str, output: str) -> bool:
    """Whether the output is what was promised, `…` standing for anything."""
    pattern = ".*?".join(re.escape(piece) for piece in expected.split("…"))
    return re.fullmatch(pattern, output, re.DOTALL) is not None


def rewrite(path: Path) -> None:
    """Write the outputs of a document's examples anew, where they do not match."""

    def block(found: re.Match[str]) -> str:
        parts = re.split(r"^(?=\$ )", found[1], flags=re.MULTILINE)
        return "```console\n" + "".join(map(renewed, parts)) + "```"

    def renewed(part: str) -> str:
        if not part.startswith("$ "):
            return part
        command, _, shown = part[2:].partition("\n")
        output = run(command)
        return part if shown and matches(shown, output) else f"$ {command}\n{output}"

    path.write_text(_BLOCK.sub(block, path.read_text(encoding="utf-8")), encoding="utf-8")
