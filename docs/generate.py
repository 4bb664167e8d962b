"""Write docs/reference/ from the code: python -m docs.generate (or make docs)."""

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "arms_registry.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import load_command_class  # noqa: E402
from django.test import RequestFactory  # noqa: E402

from transfers.api import errors  # noqa: E402
from transfers.api.request import filters, paging, parameters, strict  # noqa: E402
from transfers.api.resources.dictionary import DICTIONARY, LISTS, SUMMARIES, FieldList  # noqa: E402
from transfers.api.resources.reference import SourceList  # noqa: E402
from transfers.api.resources.releases import FILE, RELEASE, ReleaseComparison, ReleaseDetail, ReleaseList  # noqa: E402
from transfers.api.resources.summary import SummaryView  # noqa: E402
from transfers.api.resources.transfers import HISTORY  # noqa: E402
from transfers.curation import roles, workflow  # noqa: E402
from transfers.releases.compare import ITEMS  # noqa: E402
from transfers.vocabulary import fields  # noqa: E402
from transfers.vocabulary.fields import Field, Type  # noqa: E402
from transfers.vocabulary.groups import read_groups  # noqa: E402

FOLDER = Path(__file__).resolve().parent / "reference"
COMMANDS = Path(__file__).resolve().parent.parent / "transfers" / "management" / "commands"
MADE = "<!-- Made by `make docs` from the code: edit that, not this. -->"
#: Type → what its values are in JSON and CSV, and what a filter by it takes.
TYPES = {
    Type.KEY: ("text", "a text, exactly as written"),
    Type.PARTY: ("a code", "any code, name or alias of a party"),
    Type.SYSTEM: ("a slug", "any slug, name or alias of a system; a family means its variants too"),
    Type.CHOICE: ("one of the values below", "one of the values"),
    Type.TEXT: ("text", "a text, exactly as written"),
    Type.LONG_TEXT: ("text, perhaps of several sentences", "a text, exactly as written"),
    Type.INTEGER: ("a whole number", "a whole number"),
    Type.NUMBER: ("a number", "a number"),
    Type.BOOLEAN: ("`true` or `false`", "`true` or `false`"),
    Type.DATE: ("a day, `2019-10-24`", "a day, `2019-10-24`"),
    Type.EDTF: ("an uncertain date as EDTF, `2019`, `2019-07/..`", "an EDTF date"),
    Type.LIST: ("a list; in CSV joined by `|`", "one member"),
    Type.TIME: ("a time in UTC, `2026-01-31T12:00:00Z`", "a day or a time"),
    Type.CHANGES: ("a list of objects with `field`, `before`, `after`; in CSV and Parquet as JSON text", "–"),
}
WHEN = {
    400: "A parameter is unknown, empty, repeated or cannot be read; `errors` and `allowed` say more.",
    404: "The address leads to nothing, there never was such a transfer (`suggestions` names others),"
    " or it was not published yet at that revision.",
    405: "The request is neither GET, HEAD nor OPTIONS.",
    406: "The Accept header allows none of the formats.",
    410: "The transfer or claim was published once and taken back; `reason`, `revision` and `time` say why"
    " and when.",
    412: "`If-Match` or `If-Unmodified-Since` names another state of the answer.",
    413: "What is sent is larger than the server takes.",
    414: "The address is longer than the server reads.",
    416: "The `Range` begins after the end of the file; `Content-Range` says how long that is.",
    429: "The client asked too often, where the server limits that; `Retry-After` says how long to wait.",
    431: "The address and the headers together are longer than the server reads.",
    500: "The server has a fault. It is logged. Please tell the maintainers.",
    503: "The server cannot answer now; try again later.",
}
FIGURE = ("from its smallest to its largest number", "a whole number")


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Format a Markdown table."""
    listed = [list(head), *([str(cell) for cell in row] for row in rows)]
    lines = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in listed]
    return "\n".join([lines[0], "|" + "---|" * len(listed[0]), *lines[1:]])


def page(title: str, *parts: str) -> str:
    return "\n\n".join([f"# {title}", MADE, *parts]) + "\n"


def _code(names: Iterable[str]) -> str:
    return " ".join(f"`{name}`" for name in names)


def _first_line(documented: Any) -> str:
    return str(documented.__doc__).strip().splitlines()[0]


# Fields


def fields_page() -> str:
    intro = (
        "Every public field, in the order of JSON and CSV; `/api/fields` gives the same to programs. A"
        " missing value is `null` in JSON and empty in CSV, and never 0. New fields come at the end."
    )
    types = table(["type", "value"], [[kind, words] for kind, (words, _) in TYPES.items()])
    parts = [part for view in LISTS for part in _resource(view.name, _first_line(view), view.items)]
    sums = [part for view in SUMMARIES for part in _summary_part(view)]
    return page("Fields", intro, "## Types", types, *parts, *_detail_part(), *sums, *_release_part(),
                *_resource("fields", _first_line(FieldList), DICTIONARY))  # fmt: skip


def _resource(name: str, words: str, items: Iterable[Field]) -> Iterator[str]:
    yield f"## /api/{name}"
    yield words
    yield _field_table(items)
    chosen = [[f"`{item.name}`", f"`{value}`", label.removeprefix(f"{value} ")]
              for item in items for value, label in item.choices]  # fmt: skip
    if chosen:
        yield f"The values of the fields of {name} that have a fixed list:"
        yield table(["field", "value", "meaning"], chosen)


def _field_table(items: Iterable[Field]) -> str:
    rows = [
        [f"`{item.name}`", item.type, item.unit, "yes" if item.nullable else "no", item.description]
        for item in items
    ]
    return table(["field", "type", "unit or code list", "may be missing", "meaning"], rows)


def _detail_part() -> Iterator[str]:
    yield "## /api/transfers/{key}"
    yield (
        "The fields of the transfer, then `claims`, a list with the fields of /api/claims, `history`, every"
        f" revision of the transfer with {_code(fields.list_names(HISTORY))} and the `address` of its"
        " version, and `citation`. In CSV: the claims."
    )
    yield "## /api/transfers/{key}@{revision}"
    yield (
        "The same, as it stood at a revision: a permanent address, the answer at which never changes. 404"
        " where the transfer was not published yet, 410 where it was withdrawn."
    )
    yield "## /api/claims/{claim}, /api/parties/{code}, /api/systems/{slug}, /api/sources/{key}"
    yield (
        "One record with its fields and `citation`. The key of a record that was merged into another leads to"
        " the other. A claim that is no longer published is 410, with the reason."
    )


def _release_part() -> Iterator[str]:
    yield from _resource("releases", _first_line(ReleaseList), RELEASE)
    names = _code(fields.list_names(FILE))
    yield f"In JSON `files` is a list of objects with {names}; elsewhere their names."
    yield from _resource("releases/{name}", _first_line(ReleaseDetail), FILE)
    yield from _resource("releases/{name}/compare/{other}", _first_line(ReleaseComparison), ITEMS)


def _summary_part(view: type[SummaryView]) -> Iterator[str]:
    yield f"## /api/{view.path}"
    yield _first_line(view)
    yield "`group_by` takes any of these, separated by commas:"
    groups = view.groups.values()
    yield table(["group", "meaning"], [[f"`{item.name}`", item.description] for item in groups])
    yield "`sum` chooses the numbers that are added up, and what they are kept apart by:"
    chosen = [
        [f"`{name}`" if name else "none", f"`{figures.scale.name}`" if figures.scale else "",
         _code(each.item.name for each in figures.sums)]
        for name, figures in view.figures.items()
    ]  # fmt: skip
    yield table(["sum", "apart by", "numbers"], chosen)
    sums = {each.item.name: each.item for figures in view.figures.values() for each in figures.sums}
    yield _field_table(sums.values())


# Parameters


def parameters_page() -> str:
    intro = (
        "Every parameter of every resource. Different parameters are AND; a repeated one is OR (with `__not`:"
        " none of them). What is not listed is refused with [400](errors.md). How to use them:"
        " [filter and search](../how-to/filter-and-search.md)."
    )
    resources = [(view.name, view) for view in LISTS] + [(view.path, view) for view in SUMMARIES]
    parts = [part for name, view in resources for part in _parameters_of(name, view)]
    groups = [[f"`{each.name}`", ", ".join(each.aliases), str(len(each.members)), each.source]
              for each in read_groups()]  # fmt: skip
    parts += [
        "## Regions and groups",
        "As values of suppliers and recipients, in any spelling; a year after @ means"
        " the members of that year.",
        table(["name", "also", "members ever", "source"], groups),
    ]
    return page("Parameters", intro, "## What the suffixes select", *_suffixes(),
                "## What a filter takes", *_values(), *_bounds(), *parts)  # fmt: skip


def _suffixes() -> Iterator[str]:
    yield (
        "`certain=true` turns *may* into *must* for the whole question. A row that lacks the value matches"
        " `__isnull=true`, and for lists `__not`; nothing else."
    )
    kinds: dict[tuple[str, str], set[str]] = {}
    for kind, name, used in _filters():
        suffix = name[len(name.split("__")[0]) :]
        kinds.setdefault((suffix, str(used.label).split(" ", 1)[1]), set()).add(kind)
    rows = [
        [f"`{suffix}`" if suffix else "none", words, ", ".join(sorted(types))]
        for (suffix, words), types in sorted(kinds.items())
    ]
    yield table(["suffix", "selects rows whose value", "of the types"], rows)


def _filters() -> Iterator[tuple[str, str, Any]]:
    """Yield every filter of every list, with the type that it is about."""
    for view in LISTS:
        for stem, names in _by_stem(view).items():
            for name in names:
                yield _type_of(view, stem), name, view.filterset_class.base_filters[name]


def _values() -> Iterator[str]:
    separated = {kind for kind, name, used in _filters() if used.extra.get("comma")}
    takes = {**{str(kind): words for kind, (_, words) in TYPES.items()}, "figure": FIGURE[1]}
    rows = [[kind, words, "yes" if kind in separated else "no"] for kind, words in takes.items()]
    yield table(["type", "takes", "commas separate several"], rows)


def _by_stem(view: Any) -> dict[str, list[str]]:
    """Return the filters of a resource by the field or figure that they are about."""
    names_by_stem: dict[str, list[str]] = {}
    for name in view.filterset_class.base_filters:
        if name != "certain":
            names_by_stem.setdefault(name.split("__")[0], []).append(name)
    return names_by_stem


def _type_of(view: Any, stem: str) -> str:
    """Return the type that a filter compares by: a date without its two days is compared as a text."""
    items = {item.name: item.type for item in getattr(view, "items", LISTS[0].items)}
    kind = items.get(stem, "figure")
    return str(Type.TEXT if kind is Type.EDTF and f"{stem}_earliest" not in items else kind)


def _bounds() -> Iterator[str]:
    yield (
        f"A figure goes {FIGURE[0]}: `quantity_ordered` stands for `quantity_ordered_min` and"
        f" `quantity_ordered_max` together. A query has at most {strict.LONGEST_QUERY} characters and"
        f" {strict.MOST_PARAMETERS} parameters, a parameter at most {filters.MOST_VALUES} values, a page at"
        f" most {paging.LARGEST_PAGE} rows ({paging.PAGE_SIZE} unless `page_size` says otherwise)."
    )


def _parameters_of(name: str, view: Any) -> Iterator[str]:
    yield f"## /api/{name}"
    names = (*view.list_own_parameters(), "certain")
    own = [parameter for parameter in parameters.describe(view()) if parameter.name in names]
    rows = [[f"`{parameter.name}`", _describe(parameter)] for parameter in own]
    yield table(["parameter", "meaning"], rows)
    rows = [[f"`{stem}`", _type_of(view, stem), _code(names)] for stem, names in _by_stem(view).items()]
    yield table(["filters by", "type", "parameters"], rows)


def _describe(parameter: parameters.Parameter) -> str:
    if parameter.name == "format":
        return f"{parameter.description} There is: {_code(parameter.choices)}."
    return parameter.description


# Errors


def errors_page() -> str:
    intro = (
        f"Every error is a problem document after RFC 9457, `{errors.MEDIA_TYPE}`, in whatever format the"
        " answer would have been. `detail` is one sentence for people; programs read `status` and, of 400,"
        " `errors`: all that is wrong, each with its `parameter`, `code`, `detail` and `suggestions`."
        " `allowed` lists every parameter of the resource."
    )
    statuses = [[code, title, WHEN[code]] for code, title in errors.TITLES.items()]
    codes = [[f"`{code}`", words] for code, words in errors.CODES.items()]
    return page(
        "Errors", intro, "## Statuses", table(["status", "title", "when"], statuses),
        "## Codes of parameters", table(["code", "meaning"], codes),
        "## An example", "`/api/sources?publsher=DW&language=`, with `allowed` cut short:", _example(),
    )  # fmt: skip


def _example() -> str:
    request = RequestFactory().get("/api/sources", {"publsher": "DW", "language": ""})
    try:
        strict.check(request, SourceList().list_parameters(), ())
    except errors.BadParameters as error:
        response = errors.handle(error, {"view": SourceList()})
        assert response is not None
        body = json.loads(response.content)
    body["allowed"] = [*body["allowed"][:2], "…"]
    return f"```json\n{json.dumps(body, indent=2, ensure_ascii=False)}\n```"


# Commands


def commands_page() -> str:
    makefile = (settings.BASE_DIR / "Makefile").read_text(encoding="utf-8")
    targets = re.findall(r"^([a-z]+):.*?## (.+)$", makefile, re.MULTILINE)
    intro = "Run in the project's folder. A command that fails says why in one sentence and exits with 1."
    names = sorted(path.stem for path in COMMANDS.glob("[a-z]*.py"))
    return page(
        "Commands", intro, "## make", table(["target", "does"], [[f"`make {a}`", b] for a, b in targets]),
        *(part for name in names for part in _command(name)),
    )  # fmt: skip


def _command(name: str) -> Iterator[str]:
    command = load_command_class("transfers", name)
    shared = load_command_class("django.core", "check").create_parser("manage.py", "check")
    base = {action.dest for action in shared._actions} | {"skip_checks"}
    yield f"## manage.py {name}"
    yield str(command.help)
    parser = command.create_parser("manage.py", name)
    rows = [_option(action) for action in parser._actions if action.dest not in base]
    if rows:
        yield table(["argument", "meaning", "default"], rows)


def _option(action: Any) -> list[str]:
    name = action.option_strings[-1] if action.option_strings else action.metavar or action.dest
    if action.option_strings and action.nargs != 0:
        name += f" {action.metavar or action.dest.upper()}"
    default = action.default
    if isinstance(default, Path):
        default = f"`{default.relative_to(settings.BASE_DIR)}/`"
    elif default in (None, False, []):
        default = "required" if action.required and action.option_strings else ""
    return [f"`{name}`", action.help or "", str(default)]


# Permissions


def permissions_page() -> str:
    intro = (
        "Curators work in the admin, `/admin/`. A user needs the *staff status* to log in there and a group"
        " for the rest: an administrator opens the user at `/admin/auth/user/`, ticks *Staff status* and"
        " chooses the group `curator`, `reviewer` or `administrator`. Without a group a member of staff sees"
        " nothing; without staff status, or not logged in, one comes no further than the login page. Who may"
        " change users can make superusers of them: give the group `administrator` to few."
    )
    everybody = (*roles.ROLES, roles.SUPERUSER)
    return page(
        "Permissions", intro, "## Records",
        "The history of a record is seen by who may view it; its edits are reverted by who may change it. A"
        " transfer that was ever published is never deleted, nor is a party, system or source that the public"
        " register names. Who may add import batches imports registers and undoes an import; one of which"
        " anything is public, only who may publish transfers as well. Who may publish transfers publishes an"
        " import as a whole, but nobody what they imported themselves. Who may change transfers accepts or"
        " declines proposals, and joins deals with transfers or rules that out.",
        table(["record", *everybody], _list_rights(everybody)), "## Steps of a transfer",
        "Every step needs a reason, which stands in the history; of `publish` and `withdraw` in the public"
        " log as well. Nobody publishes what they edited since the last publication, superusers included,"
        " unless `PUBLISH_OWN` is set. Editing a transfer or its claims makes it a draft again. Commands and"
        " fixtures have no user and are not bound by this.",
        table(["step", "from", "to", *everybody], [_step(step) for step in workflow.TRANSITIONS.values()]),
    )  # fmt: skip


def _list_rights(everybody: Iterable[str]) -> Iterator[list[str]]:
    records = {(app, model) for models in roles.ROLES.values() for app in models for model in models[app]}
    for app, model in sorted(records):
        rights = [", ".join(roles.list_actions(role, app, model)) or "–" for role in everybody]
        yield [f"`{app}.{model}`", *rights]


def _step(step: workflow.Transition) -> list[str]:
    held = {role: {f"{app}.{name}" for app, name in roles.list_codenames(role)} for role in roles.ROLES}
    return [
        f"`{step.name}`", _code(step.sources), f"`{step.target}`",
        *("yes" if held[role] & set(step.permissions) else "–" for role in roles.ROLES),
        "yes",
    ]  # fmt: skip


PAGES: dict[str, Callable[[], str]] = {
    "fields.md": fields_page,
    "parameters.md": parameters_page,
    "errors.md": errors_page,
    "commands.md": commands_page,
    "permissions.md": permissions_page,
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, build in PAGES.items():
        (FOLDER / name).write_text(build(), encoding="utf-8")


if __name__ == "__main__":
    main()
