"""Register of the tests of releases, and the folder of its releases."""

import pytest

from tests.support import factories
from transfers.publication import publish


@pytest.fixture
def folder(settings, tmp_path):
    settings.RELEASES_DIR = tmp_path / "releases"
    return settings.RELEASES_DIR


@pytest.fixture
def register(folder):
    """Four revisions: one transfer twice, with much in it; one withdrawn; one of a former state's variant."""
    factories.party("SUN", name="Soviet Union", kind="former_state", successor=factories.party("RUS"))
    factories.system("sam", aliases=('Surface, "quoted"', "С-400"))
    factories.system("s-300", variant_of=factories.system("sam"), unroca="VII")
    transfer = factories.transfer("rus-srb", occasion="An exercise", note="Of two\r\nlines, with “quotes”.")
    factories.valuation("tiv_unit", 2.5, transfer=transfer)
    factories.date(event="delivered", text="2019-07/..", transfer=transfer)
    factories.quantity(transfer=transfer, minimum=2, maximum=None, preferred=True, note="Own words.")
    publish.publish([transfer], "Test")
    publish.withdraw([factories.published("gone")], "A mistake")
    factories.published("sun-ind", supplier="SUN", recipient="IND", system="s-300")
    return transfer
