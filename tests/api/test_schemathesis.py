"""Requests generated from the schema, well-formed and malformed, get answers that the schema describes.

CASES says how many requests in all, divided among the resources: `CASES=10000 python -m pytest
tests/api/test_schemathesis.py`.
"""

import functools
import os

import hypothesis
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from schemathesis.checks import load_all_checks

from arms_registry.wsgi import application
from tests.support import factories
from transfers.api.resources.schema import build_document
from transfers.releases import build

load_all_checks()
API = schemathesis.openapi.from_dict(build_document())
API.app = application
CASES = int(os.environ.get("CASES", "220"))
EACH = -(-CASES // (2 * len(build_document()["paths"])))

#: Well-formed requests can be refused: for a party that the register does not know, say.
NOT_PROMISED = [schemathesis.checks.positive_data_acceptance]

#: The client that the requests go through does not unpack what is compressed.
UNCOMPRESSED = {"Accept-Encoding": "identity"}


@pytest.fixture
def _one_connection():
    """As Django's test client does: the end of a request does not end the test's transaction."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


@pytest.fixture
def published():
    """Rows with ranges, open ends, disputes and every kind of claim; one withdrawn."""
    transfer = factories.transfer("rus-srb", occasion="An exercise", note="In words.")
    for make in (factories.quantity, factories.date, factories.valuation):
        make(transfer=transfer)
    factories.quantity(measure="delivered", minimum=2, maximum=None, transfer=transfer)
    factories.date(event="delivered", text="2019-07/..", transfer=transfer)
    factories.quantity(number=7, transfer=transfer)
    factories.publish.publish([transfer], "Test")
    factories.published("usa-ind", supplier="USA", recipient="IND", system="apache")
    factories.publish.withdraw([factories.published("gone")], "A mistake")


@pytest.mark.django_db
@pytest.mark.once
@pytest.mark.usefixtures("published", "_one_connection")
@pytest.mark.parametrize("mode", ["positive", "negative"])
@pytest.mark.parametrize("path", build_document()["paths"])
def test_every_answer_is_as_the_schema_says(path, mode, settings, tmp_path):
    generate = functools.partial(
        API[path]["GET"].as_strategy, generation_mode=schemathesis.GenerationMode(mode)
    )
    valid_cases = [generate(path_parameters={"key": key}) for key in ("rus-srb", "gone") if "{key}" in path]
    if "{name}" in path and mode == "positive":
        settings.RELEASES_DIR = tmp_path
        build.release("1")
        named = {"name": "1", "other": "1", "file": "transfers.csv"}
        valid_cases = [
            generate(path_parameters={each: named[each] for each in named if f"{{{each}}}" in path})
        ]

    @hypothesis.settings(max_examples=EACH, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(case=hypothesis.strategies.one_of(generate(), *valid_cases))
    def answered(case):
        answer = case.call(headers=UNCOMPRESSED)
        if answer.status_code != 414:  # which schemathesis takes for no refusal of what the address says
            case.validate_response(answer, excluded_checks=NOT_PROMISED)

    answered()
