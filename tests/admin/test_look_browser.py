"""The look of the admin in a real browser: readable by all, light and dark, nothing wider than the window.

With SCREENSHOTS=FOLDER, each page is saved there as pictures: `make screenshots OUT=FOLDER`.
"""

import os
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User

from tests.admin.test_workbench import log_in, register  # noqa: F401
from tests.support.showcase import PAGES, create_records

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
SCREENSHOTS = os.environ.get("SCREENSHOTS", "")
#: A telephone, a laptop at twice the size, and a laptop.
WIDTHS = (390, 640, 1280)
_LIST_CUT = """() => Array.from(document.querySelectorAll('#content *, #header *')).filter(element => {
  const style = getComputedStyle(element);
  const isHidden = element.closest('.visually-hidden, .select2-container, select, .empty-form, thead, svg');
  return !isHidden && element.clientWidth > 1 && element.scrollWidth > element.clientWidth + 1
    && ['hidden', 'clip'].includes(style.overflowX) && element.tagName !== 'INPUT';
}).map(element => element.tagName + '.' + element.className)"""


@pytest.fixture
def pages(log_in):  # noqa: F811
    """Return a page in which an administrator is logged in, and the addresses to open by name."""
    user, reviewer = (User.objects.get(username=f"a-{name}") for name in ("administrator", "reviewer"))
    keys = create_records(user, reviewer)
    return log_in("a-administrator"), {name: f"/admin/{path.format(**keys)}" for name, path in PAGES.items()}


def list_faults(page, options=None):
    """Return whatever axe finds, of any level."""
    return [
        f"{fault['id']}: {node['html'][:160]}"
        for fault in Axe().run(page, options=options).response["violations"]
        for node in fault["nodes"]
    ]


def save_picture(page, name, width, scheme):
    if SCREENSHOTS:
        folder = Path(SCREENSHOTS)
        folder.mkdir(parents=True, exist_ok=True)
        file = f"{name.replace(' ', '-')}-{width}-{scheme}.png"
        page.screenshot(path=folder / file, full_page=True)


def test_axe_finds_nothing_of_any_level(pages):
    page, addresses = pages
    faults = {}
    for name, address in addresses.items():
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        page.goto(address)
        faults[name] = list_faults(page)
        page.emulate_media(color_scheme="dark")
        faults[name] += list_faults(page, {"runOnly": ["color-contrast"]})
        save_picture(page, name, 1280, "dark")
    assert {name: listed for name, listed in faults.items() if listed} == {}


def test_nothing_is_wider_than_the_window_or_cut(pages):
    page, addresses = pages
    wide = {}
    for name, address in addresses.items():
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            overflow = page.evaluate("document.documentElement.scrollWidth") - width
            if overflow > 0 or page.evaluate(_LIST_CUT):
                wide[f"{name} at {width}"] = (overflow, page.evaluate(_LIST_CUT))
            save_picture(page, name, width, "light")
    assert wide == {}
