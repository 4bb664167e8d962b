"""Regions and groups of states by name, with their members: `groups.toml`. No Django."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from . import edtf
from .words import fold

#: What stands before the name of a group, so that it cannot be meant for a party.
PREFIX = "group:"
#: What stands between a group and the year of its members: NATO@1985.
AT = "@"


class UnknownGroup(LookupError):
    """There is no such group, or not in that year; the text says so in a sentence."""


@dataclass(frozen=True)
class Group:
    """Region or group of states; of each member the years of its membership, EDTF, none in a region."""

    name: str
    aliases: tuple[str, ...]
    source: str
    members: dict[str, tuple[str, ...]]

    @property
    def is_dated(self) -> bool:
        """Return whether its members come and go."""
        return any(self.members.values())

    def list_members(self, year: int | None = None) -> frozenset[str]:
        """Return the codes of its members in a year; without one those of now, or of a region all."""
        if year is None:
            spans = {
                code: any(span.endswith("/..") for span in years) for code, years in self.members.items()
            }
        else:
            spans = {code: any(_holds(span, year) for span in years) for code, years in self.members.items()}
        return frozenset(code for code, is_member in spans.items() if is_member or not self.is_dated)


def _holds(span: str, year: int) -> bool:
    first, last = edtf.bounds(span)
    return (first is None or first.year <= year) and (last is None or year <= last.year)


@cache
def read_groups() -> tuple[Group, ...]:
    """Return all regions and groups, in the order of the file."""
    content = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    regions = (
        Group(each["name"], tuple(each["aliases"]), each["source"], dict.fromkeys(each["codes"].split(), ()))
        for each in content["region"]
    )
    groups = (
        Group(each["name"], tuple(each["aliases"]), each["source"],
              {code: tuple(years.split(";")) for code, years in each["members"].items()})
        for each in content["group"]
    )  # fmt: skip
    return (*regions, *groups)


@cache
def _index() -> dict[str, Group]:
    return {fold(name): each for each in read_groups() for name in (each.name, *each.aliases)}


def find_group(text: str) -> Group | None:
    """Return the group of this name, whatever its case and signs, with or without a year; None: no group."""
    return _index().get(fold(text.removeprefix(PREFIX).partition(AT)[0]))


def find_members(text: str) -> frozenset[str]:
    """Return the members of a group, `NATO` or `NATO@1985`; raise UnknownGroup for none."""
    group, (_, mark, year) = find_group(text), text.partition(AT)
    if group is None:
        raise UnknownGroup(f"There is no group '{text.removeprefix(PREFIX)}'.")
    if mark and not (len(year) == 4 and year.isascii() and year.isdecimal()):
        raise UnknownGroup(f"'{year}' is not a year: write {group.name}{AT}1985.")
    members = group.list_members(int(year) if mark else None)
    if not members:
        when = f"in {year}" if mark else "now"
        raise UnknownGroup(f"{group.name} has no members {when}: write {group.name}{AT} and a year.")
    return members
