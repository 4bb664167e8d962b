"""The benchmarks: what they run is there."""

import importlib

from benchmarks import servers


def test_server_that_is_measured_is_the_one_that_serves():
    _, module, _, name = servers.OURS.split(";")[0].split()
    assert hasattr(importlib.import_module(module), name)
