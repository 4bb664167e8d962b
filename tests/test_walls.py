"""The walls of the architecture: which folder may import which, and how large its pieces may be."""

import ast
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "transfers"
#: The folders, each above all that it may import. Only the programs and the settings know them all.
FLOORS = (
    "vocabulary", "evidence", "models", "publication", "availability", "curation", "exports", "registers",
    "releases", "api", "admin", "management",
)  # fmt: skip
#: Folders that no code of ours calls by import: Django finds what is in them.
FOUND_BY_DJANGO = {"migrations", "static", "templates", "templatetags"}
#: Walls within the floors: what these folders and modules may not import, whatever stands below them.
WALLS = {
    "vocabulary knows no records": ("vocabulary", ["transfers.models", "rest_framework"]),
    "evidence is read without Django": ("evidence", ["django"]),
    "figures know neither database nor Django": ("publication/figures.py", ["django", "transfers.models"]),
    "candidates are chosen without a database": ("curation/candidates.py", ["django", "transfers.models"]),
    "registers are read without a database": ("registers/reading", ["django", "transfers.models"]),
    "deals are matched without a database": ("registers/matching.py", ["django", "transfers.models"]),
    "deals are compared without a database": ("registers/comparison.py", ["django", "transfers.models"]),
    "totals are compared without a database": ("registers/totals.py", ["django", "transfers.models"]),
    "totals are split without a database": ("registers/splits.py", ["django", "transfers.models"]),
    "deals are likened without a database": (
        "registers/reconciling/likeness.py",
        ["django", "transfers.models"],
    ),
    "figures are compared without a database": (
        "registers/reconciling/comparisons.py",
        ["django", "transfers.models"],
    ),
    "formats know no Django": ("exports/formats", ["django", "transfers.models", "transfers.exports.rows"]),
    "the API knows no registers of others": ("api", ["transfers.registers"]),
    "the API knows no curation": ("api", ["transfers.curation"]),
    "exports know no curation": ("exports", ["transfers.curation"]),
    "releases know no curation": ("releases", ["transfers.curation", "transfers.registers"]),
}
#: Curated records: the public side reads what is published, never these.
CURATED = [
    f"transfers.models.{name}" for name in ("Transfer", "Quantity", "TransferDate", "Valuation", "curation")
]
PUBLIC = ("api", "exports", "releases")
#: Folders of folders, which the architecture explains by what is in them.
PARENTS = {Path("api"), Path("admin")}


def list_modules(place=""):
    """Return the Python files of a folder, or the one file, without migrations."""
    path = PACKAGE / place
    files = [path] if path.suffix else path.rglob("*.py")
    return sorted(file for file in files if "migrations" not in file.parts)


def list_imports(path):
    """Return the full names of what a file imports: modules, and names from modules."""
    package = path.relative_to(ROOT).parts[:-1]
    imported = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*base, *([node.module] if node.module else [])])
            names = {f"{module}.{alias.name}" for alias in node.names}
            imported |= names if all(map(is_module, names)) else names | {module}
    return imported


def is_module(name):
    """Return whether a dotted name is a module or a folder of ours."""
    path = ROOT / name.replace(".", "/")
    return path.is_dir() or path.with_suffix(".py").is_file()


def list_crossings(place, forbidden):
    """Return the imports of a folder or file that lead to something forbidden."""
    return {
        (str(path.relative_to(PACKAGE)), name)
        for path in list_modules(place)
        for name in list_imports(path)
        if any(name == wall or name.startswith(f"{wall}.") for wall in forbidden)
    }


def list_definitions(kind):
    """Yield every definition of a kind in the product's code, with its file and its number of lines."""
    for path in [*list_modules(), *(ROOT / "arms_registry").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, kind):
                yield f"{path.relative_to(ROOT)}: {node.name}", node.end_lineno - node.lineno + 1, node


def test_every_folder_has_its_floor():
    folders = {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}
    assert folders == set(FLOORS) | FOUND_BY_DJANGO


def test_no_module_lies_beside_the_folders():
    assert {path.name for path in PACKAGE.glob("*.py")} == {"__init__.py", "apps.py"}


@pytest.mark.parametrize("floor", FLOORS)
def test_a_folder_imports_only_folders_below_it(floor):
    above = [f"transfers.{name}" for name in FLOORS[FLOORS.index(floor) + 1 :]]
    assert list_crossings(floor, above) == set()


@pytest.mark.parametrize("floor", FLOORS)
def test_no_imports_run_in_a_circle(floor):
    """Modules can be put in an order in which each imports earlier ones only."""
    modules = {name_module(path): list_imports(path) for path in list_modules(floor)}
    waiting = {
        name: {other for other in modules if other != name and other in names}
        for name, names in modules.items()
    }
    while free := {name for name, others in waiting.items() if not others}:
        waiting = {name: others - free for name, others in waiting.items() if name not in free}
    assert waiting == {}


def name_module(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@pytest.mark.parametrize(("place", "forbidden"), WALLS.values(), ids=WALLS)
def test_no_import_crosses_a_wall(place, forbidden):
    assert list_crossings(place, forbidden) == set()


@pytest.mark.parametrize("place", PUBLIC)
def test_the_public_side_does_not_read_curated_transfers(place):
    assert list_crossings(place, CURATED) == set()


def test_the_check_sees_an_import_that_crosses():
    assert ("admin/publication.py", "django.contrib.admin") in list_crossings(
        "admin", ["django.contrib.admin"]
    )


def test_the_environment_is_read_in_the_settings_only():
    readers = [path.name for path in PACKAGE.rglob("*.py") if "environ" in path.read_text(encoding="utf-8")]
    assert readers == []


def test_functions_are_short():
    lines = [length for _, length, _ in list_definitions(ast.FunctionDef)]
    assert median(lines) <= 8
    assert [name for name, length, _ in list_definitions(ast.FunctionDef) if length > 30] == []


def test_files_can_be_read_in_one_sitting():
    assert [str(path) for path in list_modules() if path.read_text(encoding="utf-8").count("\n") > 400] == []


def test_the_architecture_names_every_folder():
    text = (ROOT / "docs/explanation/architecture.md").read_text(encoding="utf-8")
    folders = {path.parent.relative_to(PACKAGE) for path in list_modules()} - {
        Path(),
        Path("management/commands"),
    }
    assert [str(folder) for folder in folders if f"`{folder}/" not in text and folder not in PARENTS] == []


def test_classes_do_one_thing():
    def count_methods(node):
        return sum(isinstance(statement, ast.FunctionDef) for statement in node.body)

    classes = list(list_definitions(ast.ClassDef))
    assert [name for name, length, node in classes if length > 200 or count_methods(node) > 15] == []
