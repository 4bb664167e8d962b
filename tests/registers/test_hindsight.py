"""A register's dates and its edition: whole years, of which its own may be the last."""

from dataclasses import replace

import pytest

from tests.support import factories
from tests.support.deals import DEAL, edition, imported, public
from transfers.models import RegistryRow
from transfers.publication import publish
from transfers.publication.log import NotPublishable

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("years", [(2020,), (2020, 2021), (2019, 2020, 2021), (2019, 2021)])
def test_an_edition_states_deliveries_of_its_own_year(years):
    public(imported(replace(DEAL, delivery_years=years)).transfer)
    assert RegistryRow.objects.current().exists()


def test_an_edition_of_years_to_come_is_not_published():
    transfer = imported(source=edition("sipri-2017", "2017-03-15")).transfer
    with pytest.raises(NotPublishable, match="2018 is later than its source, which is of 2017-03-15"):
        publish.publish([transfer], "Test")


def test_an_article_beside_a_register_is_held_to_its_month():
    transfer = imported().transfer
    article = factories.source(published="2020-02-28")
    factories.date("delivered", "2017/2020", transfer=transfer, source=article)
    with pytest.raises(NotPublishable, match="write 2017/2020-02"):
        publish.publish([transfer], "Test")
