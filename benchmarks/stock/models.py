"""The published tables, column by column, as `inspectdb` would have it; nothing is migrated from here."""

from django.db import models


class Transfer(models.Model):
    key = models.CharField(max_length=120, primary_key=True)
    supplier = models.CharField(max_length=600)
    supplier_name = models.CharField(max_length=600)
    recipient = models.CharField(max_length=600)
    recipient_name = models.CharField(max_length=600)
    system = models.CharField(max_length=600)
    system_name = models.CharField(max_length=600)
    category = models.CharField(max_length=600)
    kind = models.CharField(max_length=600)
    condition = models.CharField(max_length=600)
    status = models.CharField(max_length=600)
    quantity_ordered_min = models.BigIntegerField(null=True)
    quantity_ordered_max = models.BigIntegerField(null=True)
    quantity_delivered_min = models.BigIntegerField(null=True)
    quantity_delivered_max = models.BigIntegerField(null=True)
    quantity_deployed_min = models.BigIntegerField(null=True)
    quantity_deployed_max = models.BigIntegerField(null=True)
    unit = models.CharField(max_length=600, null=True)
    date_agreed = models.CharField(max_length=600, null=True)
    date_agreed_earliest = models.DateField(null=True)
    date_agreed_latest = models.DateField(null=True)
    date_delivered = models.CharField(max_length=600, null=True)
    date_delivered_earliest = models.DateField(null=True)
    date_delivered_latest = models.DateField(null=True)
    date_deployed = models.CharField(max_length=600, null=True)
    date_deployed_earliest = models.DateField(null=True)
    date_deployed_latest = models.DateField(null=True)
    deal_value_min = models.BigIntegerField(null=True)
    deal_value_max = models.BigIntegerField(null=True)
    deal_currency = models.CharField(max_length=600, null=True)
    tiv_unit = models.FloatField(null=True)
    tiv_ordered = models.FloatField(null=True)
    tiv_delivered = models.FloatField(null=True)
    location = models.CharField(max_length=600, null=True)
    occasion = models.CharField(max_length=600, null=True)
    note = models.TextField(null=True)
    disputed = models.CharField(max_length=600, null=True)
    sources = models.BigIntegerField()
    origins = models.BigIntegerField()
    revision = models.BigIntegerField()
    updated = models.DateTimeField()
    until = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "transfers_registryrow"

    def __str__(self) -> str:
        return self.key


class Claim(models.Model):
    claim = models.CharField(max_length=600)
    transfer = models.ForeignKey(
        Transfer, models.DO_NOTHING, db_column="transfer", related_name="claims", db_constraint=False
    )
    supplier = models.CharField(max_length=600)
    recipient = models.CharField(max_length=600)
    system = models.CharField(max_length=600)
    measure = models.CharField(max_length=600)
    minimum = models.FloatField(null=True)
    maximum = models.FloatField(null=True)
    unit = models.CharField(max_length=600, null=True)
    currency = models.CharField(max_length=600, null=True)
    date = models.CharField(max_length=600, null=True)
    date_earliest = models.DateField(null=True)
    date_latest = models.DateField(null=True)
    as_of = models.CharField(max_length=600, null=True)
    as_of_earliest = models.DateField(null=True)
    as_of_latest = models.DateField(null=True)
    source = models.CharField(max_length=600)
    publisher = models.CharField(max_length=600)
    title = models.CharField(max_length=600)
    authors = models.CharField(max_length=600, null=True)
    agencies = models.CharField(max_length=600, null=True)
    published = models.CharField(max_length=600)
    published_earliest = models.DateField(null=True)
    published_latest = models.DateField(null=True)
    url = models.CharField(max_length=600, null=True)
    archived_url = models.CharField(max_length=600, null=True)
    language = models.CharField(max_length=600)
    reliability = models.CharField(max_length=600)
    origin_of = models.CharField(max_length=600, null=True)
    sha256 = models.CharField(max_length=600, null=True)
    locator = models.CharField(max_length=600)
    excerpt = models.CharField(max_length=600)
    attributed_to = models.CharField(max_length=600, null=True)
    credibility = models.BigIntegerField()
    preferred = models.BooleanField()
    note = models.TextField(null=True)
    revision = models.BigIntegerField()
    until = models.BigIntegerField(null=True)

    class Meta:
        managed = False
        db_table = "transfers_registryclaim"

    def __str__(self) -> str:
        return self.claim
