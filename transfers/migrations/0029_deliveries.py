"""What was delivered when: with the rows that it is published with, and how claims split over years."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0028_kept_apart"),
    ]

    operations = [
        migrations.CreateModel(
            name="RegistryDelivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("delivery", models.CharField(max_length=120)),
                ("transfer", models.CharField(max_length=120)),
                ("supplier", models.CharField(max_length=40)),
                ("supplier_name", models.CharField(max_length=600)),
                ("recipient", models.CharField(max_length=40)),
                ("recipient_name", models.CharField(max_length=600)),
                ("system", models.CharField(max_length=80)),
                ("system_name", models.CharField(max_length=600)),
                ("category", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=40)),
                ("condition", models.CharField(max_length=40)),
                ("status", models.CharField(max_length=40)),
                ("period", models.CharField(max_length=500, null=True)),
                ("period_earliest", models.DateField(null=True)),
                ("period_latest", models.DateField(null=True)),
                ("years", models.CharField(max_length=400, null=True)),
                ("number_min", models.BigIntegerField(null=True)),
                ("number_max", models.BigIntegerField(null=True)),
                ("tiv_min", models.FloatField(null=True)),
                ("tiv_max", models.FloatField(null=True)),
                ("basis", models.CharField(max_length=40)),
                ("claims", models.CharField(max_length=400, null=True)),
                ("unit", models.CharField(max_length=40, null=True)),
                ("disputed", models.CharField(max_length=400, null=True)),
                ("sources", models.BigIntegerField()),
                ("revision", models.BigIntegerField()),
                ("updated", models.DateTimeField()),
                ("until", models.PositiveBigIntegerField(null=True)),
                ("system_family", models.CharField(max_length=600, null=True)),
            ],
            options={
                "verbose_name_plural": "registry deliveries",
                "db_table": "transfers_registrydelivery",
                "ordering": ["transfer", "delivery"],
                "managed": False,
            },
        ),
        migrations.AddField(
            model_name="historicalquantity",
            name="by_year",
            field=models.CharField(
                blank=True,
                help_text="How the source splits the number over the years: 2015: 3; 2016?: 4; undated: 2.",
                max_length=1000,
            ),
        ),
        migrations.AddField(
            model_name="historicalvaluation",
            name="by_year",
            field=models.CharField(
                blank=True,
                help_text="How the source splits the number over the years: 2015: 3; 2016?: 4; undated: 2.",
                max_length=1000,
            ),
        ),
        migrations.AddField(
            model_name="quantity",
            name="by_year",
            field=models.CharField(
                blank=True,
                help_text="How the source splits the number over the years: 2015: 3; 2016?: 4; undated: 2.",
                max_length=1000,
            ),
        ),
        migrations.AddField(
            model_name="registryclaim",
            name="by_year",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="registryrow",
            name="deliveries",
            field=models.TextField(null=True),
        ),
        migrations.AddField(
            model_name="valuation",
            name="by_year",
            field=models.CharField(
                blank=True,
                help_text="How the source splits the number over the years: 2015: 3; 2016?: 4; undated: 2.",
                max_length=1000,
            ),
        ),
    ]
