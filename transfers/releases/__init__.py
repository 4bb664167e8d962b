"""Releases: a named state of the register as a bundle of files that anybody can check.

`state` says what the register was at a revision, `contents` reads its tables, `build` writes the bundle
and records it, `check` compares bundles with the record and the log, `compare` two states with each other.
"""
