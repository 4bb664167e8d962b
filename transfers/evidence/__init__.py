"""Check of the reading logs (seeds/) against the records (fixtures/) and the articles' texts.

Pure: it reads TOML, YAML and text files, knows no database and no Django, and gathers every fault.
seeds/FORMAT.md is the contract it enforces.
"""

from .checks import CheckReport, check

__all__ = ["CheckReport", "check"]
