"""The list of measures, which the models of claims and the check of reading logs follow."""

import pytest

from transfers.evidence import records
from transfers.models import Quantity, TransferDate, Valuation
from transfers.vocabulary import measures

MODELS = {model._meta.model_name: model for model in (Quantity, TransferDate, Valuation)}


def test_each_model_of_claims_is_listed():
    assert measures.CLAIM_KINDS.keys() == MODELS.keys()
    assert set(records.KINDS) == {model._meta.label_lower for model in MODELS.values()}


@pytest.mark.parametrize("name", MODELS)
def test_a_model_names_its_measure_in_the_field_that_is_listed(name):
    assert measures.CLAIM_KINDS[name][0] == MODELS[name].MEASURE_FIELD


def test_the_choices_of_the_models_are_the_measures():
    choices = [
        prefix + value
        for name, (field, prefix) in measures.CLAIM_KINDS.items()
        for value, _ in MODELS[name]._meta.get_field(field).choices
    ]
    assert choices == list(measures.MEASURES)


def test_a_row_shows_listed_measures_in_their_order():
    assert set(measures.STEMS) <= measures.MEASURES.keys()
    assert list(measures.STEMS) == [name for name in measures.MEASURES if name in measures.STEMS]
