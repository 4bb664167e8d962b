"""Ask through the client that openapi-python-client generated, and print the answers as JSON."""

import json
import sys

from arms_registry_client import Client
from arms_registry_client.api.transfers import summary, transfer_detail, transfer_list
from arms_registry_client.models import (
    SummaryGroupByItem,
    TransferListFieldsItem,
    TransferListOrderingItem,
)

client = Client(base_url=sys.argv[1], raise_on_unexpected_status=True)
rows = transfer_list.sync(
    client=client,
    system=["S-400"],
    fields=[TransferListFieldsItem.KEY, TransferListFieldsItem.SUPPLIER],
    ordering=[TransferListOrderingItem.SUPPLIER, TransferListOrderingItem.KEY],
)
sums = summary.sync(client=client, group_by=[SummaryGroupByItem.SUPPLIER, SummaryGroupByItem.UNIT])
detail = transfer_detail.sync("rus-tur-s-400-2019", client=client)
refused = transfer_list.sync(client=client, system=["S-4000"])
print(
    json.dumps(
        {
            "keys": [row.key for row in rows.results],
            "groups": len(sums.results),
            "supplier": detail.supplier,
            "refused": refused.errors[0].parameter,
        }
    )
)
