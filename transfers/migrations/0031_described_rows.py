"""What the system is, and which numbers are uncertain, in the public rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0030_delivery_roles"),
    ]

    operations = [
        migrations.AddField(
            model_name="registryrow",
            name="description",
            field=models.CharField(max_length=600, null=True),
        ),
        migrations.AddField(
            model_name="registryrow",
            name="quantity_delivered_uncertain",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="registryrow",
            name="quantity_deployed_uncertain",
            field=models.BooleanField(null=True),
        ),
        migrations.AddField(
            model_name="registryrow",
            name="quantity_ordered_uncertain",
            field=models.BooleanField(null=True),
        ),
    ]
