"""A register's years stand as they are; an article beside it is held to its own date."""

from dataclasses import replace

import pytest

from tests.support import factories
from tests.support.deals import DEAL, imported, public
from transfers.models import RegistryRow
from transfers.publication import publish
from transfers.publication.log import NotPublishable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("years", [(2021,), (2020, 2021), (2019, 2021), (2020, 2021, 2022)])
def test_the_years_of_an_edition_stand_as_they_are(years):
    public(imported(replace(DEAL, delivery_years=years)).transfer)
    assert RegistryRow.objects.current().exists()


def test_an_article_beside_a_register_is_held_to_its_month():
    transfer = imported().transfer
    article = factories.source(published="2020-02-28")
    factories.date("delivered", "2017/2020", transfer=transfer, source=article)
    with pytest.raises(NotPublishable, match="write 2017/2020-02"):
        publish.publish([transfer], "Test")
