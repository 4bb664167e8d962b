"""Examples of the documents: `$ command` lines in console blocks, and the output below them.

Commands are run in the process: `curl` through Django's test client, `manage.py` through call_command.
In an expected output `…` stands for anything. Run the tests with UPDATE_DOCS=1 to write outputs anew.

The commands of a document in WALKS build on each other: it is run whole, in a folder of its own. The commands
of other documents are run one by one.
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

from tests.support.servers import ROOT

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


def list_documents() -> list[Path]:
    return sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("seeds/*.md")])


def list_walks() -> list[Path]:
    return [path for path in list_documents() if path.name in WALKS]


def list_examples() -> list[Example]:
    """Return the examples that are run one by one, of all documents."""
    return [example for path in list_documents() if path.name not in WALKS for example in read_examples(path)]


def read_examples(path: Path) -> list[Example]:
    """Return the examples of one document, in its order."""
    text = path.read_text(encoding="utf-8")
    examples = []
    for block in _BLOCK.finditer(text):
        line = text[: block.start()].count("\n") + 2
        for part in re.split(r"^(?=\$ )", block[1], flags=re.MULTILINE):
            if part.startswith("$ "):
                command, _, output = part[2:].partition("\n")
                examples.append(Example(path, line, command, output))
            line += part.count("\n")
    return examples


def run(command: str) -> str:
    """Return what the command prints; raise ValueError for a command that documents should not use."""
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
    """Run `head -n N` or `cut -d, -f…`, which is all that the examples need, alike on every machine."""
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
    """Return whether the output is as promised; `…` stands for anything."""
    pattern = ".*?".join(re.escape(piece) for piece in expected.split("…"))
    return re.fullmatch(pattern, output, re.DOTALL) is not None


def rewrite(path: Path) -> None:
    """Write the outputs of a document's examples anew, where they do not match."""

    def renew_block(match: re.Match[str]) -> str:
        parts = re.split(r"^(?=\$ )", match[1], flags=re.MULTILINE)
        return "```console\n" + "".join(map(renew_part, parts)) + "```"

    def renew_part(part: str) -> str:
        if not part.startswith("$ "):
            return part
        command, _, shown = part[2:].partition("\n")
        output = run(command)
        return part if shown and matches(shown, output) else f"$ {command}\n{output}"

    path.write_text(_BLOCK.sub(renew_block, path.read_text(encoding="utf-8")), encoding="utf-8")
