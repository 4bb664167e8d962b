"""The walls of the architecture: which module may import which."""

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "transfers"


def imports(path):
    """Modules of the package that a file imports, as dotted names below `transfers`; others by full name."""
    package = ("transfers", *path.relative_to(PACKAGE).parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


def crossings(files, forbidden):
    """Imports of these files that start with a forbidden module."""
    return {
        (str(path.relative_to(PACKAGE)), name)
        for pattern in files
        for path in PACKAGE.glob(pattern)
        for name in imports(path)
        if any(name == wall or name.startswith(f"{wall}.") for wall in forbidden)
    }


WALLS = {
    "figures know neither database nor Django": (
        ["publication/figures.py", "vocabulary/edtf.py"],
        ["django", "transfers.models"],
    ),
    "reading logs are read without a database": (
        ["evidence/*.py"],
        ["django", "transfers.models"],
    ),
    "articles are recognised without a database": (
        ["evidence/recognition/*.py", "vocabulary/counts.py"],
        ["django", "transfers.models"],
    ),
    "registers of others are read, and deals likened, without a database": (
        [
            "registers/reading/*.py",
            "registers/matching.py",
            "registers/comparison.py",
            "registers/reconciling/comparisons.py",
            "registers/reconciling/likeness.py",
        ],
        ["django", "transfers.models"],
    ),
    "the public side imports no register of others": (
        ["api/**/*.py", "exports/**/*.py"],
        ["transfers.registers.reading", "transfers.registers"],
    ),
    "importing a register needs no admin": (
        ["registers/**/*.py"],
        ["transfers.admin", "django.contrib.admin", "transfers.api", "transfers.exports"],
    ),
    "formats and their process know no Django": (
        [
            f"exports/formats/{name}.py"
            for name in ("__init__", "table", "worker", "csv", "jsonl", "parquet", "arrow", "xlsx")
        ],
        ["django", "transfers.models", "transfers.exports.rows"],
    ),
    "the public side does not read curated transfers": (
        ["api/**/*.py", "exports/**/*.py"],
        [
            f"transfers.models.{name}"
            for name in ("Transfer", "Quantity", "TransferDate", "Valuation", "curation")
        ],
    ),
    "curation imports no public surface": (
        ["models/*.py", "curation/**/*.py", "publication/*.py"],
        ["transfers.api", "transfers.exports", "transfers.admin"],
    ),
    "the public side imports no admin": (
        ["api/**/*.py", "exports/**/*.py"],
        ["transfers.admin", "django.contrib.admin"],
    ),
}


@pytest.mark.parametrize(("files", "forbidden"), WALLS.values(), ids=WALLS)
def test_no_import_crosses_a_wall(files, forbidden):
    assert crossings(files, forbidden) == set()


def test_the_check_sees_an_import_that_crosses():
    assert ("admin/publication.py", "django.contrib.admin") in crossings(
        ["admin/*.py"], ["django.contrib.admin"]
    )


def test_the_environment_is_read_in_the_settings_only():
    readers = [path.name for path in PACKAGE.rglob("*.py") if "environ" in path.read_text(encoding="utf-8")]
    assert readers == []
