"""A real browser: the machine's chromium, driven by playwright."""

import os
import shutil
from contextlib import contextmanager

import pytest
from django.db import connections

CHROMIUM = shutil.which("chromium")
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture
def chromium():
    """The machine's chromium, driven by playwright; skips where one is missing, or fails with REQUIRE_ALL."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        sync_playwright = None
    if not (CHROMIUM and sync_playwright):
        leave = pytest.fail if os.environ.get("REQUIRE_ALL") else pytest.skip
        leave("chromium or playwright is not here: no page was opened (Debian: apt install chromium)")
    with _asynchronous_thread(), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()
        connections.close_all()  # those of the event loop, which nobody reaches once it has ended


@contextmanager
def _asynchronous_thread():
    """Playwright runs an event loop in this thread, in which Django would refuse the database."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        yield
