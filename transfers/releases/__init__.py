"""Releases: a named state of the register as a bundle of files that anybody can check.

`state` finds what the register was at a revision, `contents` reads the rows of its tables, `bundle` writes
them as files in a folder of `folders`, and `build` records it. `check` compares bundles with the record and
the log, `compare` two states with each other.
"""
