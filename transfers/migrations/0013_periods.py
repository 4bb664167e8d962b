from django.db import migrations, models

import transfers.models.rules


class Migration(migrations.Migration):
    dependencies = [
        ("transfers", "0012_layout_before_2023"),
    ]

    operations = [
        migrations.AddField(
            model_name="historicalquantity",
            name="period",
            field=transfers.models.rules.EDTFField(
                blank=True,
                help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="historicaltransferdate",
            name="period",
            field=transfers.models.rules.EDTFField(
                blank=True,
                help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="historicalvaluation",
            name="period",
            field=transfers.models.rules.EDTFField(
                blank=True,
                help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="first_year",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="last_year",
            field=models.PositiveSmallIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="importbatch",
            name="scope",
            field=models.JSONField(default=dict),
        ),
        migrations.AddField(
            model_name="quantity",
            name="period",
            field=transfers.models.rules.EDTFField(
                blank=True,
                help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="registryclaim",
            name="period",
            field=models.CharField(max_length=100, null=True),
        ),
        migrations.AddField(
            model_name="registryclaim",
            name="period_earliest",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="registryclaim",
            name="period_latest",
            field=models.DateField(null=True),
        ),
        migrations.AddField(
            model_name="transferdate",
            name="period",
            field=transfers.models.rules.EDTFField(
                blank=True,
                help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
                max_length=100,
            ),
        ),
        migrations.AddField(
            model_name="valuation",
            name="period",
            field=transfers.models.rules.EDTFField(
                blank=True,
                help_text="EDTF, such as 2020/2022; the years that the figure is limited to, if it is.",
                max_length=100,
            ),
        ),
        migrations.AddConstraint(
            model_name="quantity",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "period__regex",
                        "^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|((((00[1-9]|0[1-9][0-9]|[1-9][0-9][0-9])X|(0[1-9]|[1-9][0-9])XX)|(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])-(XX|XX-XX|(0[1-9]|1[0-2])-XX))[?~%]?)|((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)/(((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|\\.\\.)?|(\\.\\.)?/((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|\\{((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)(,((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?))*\\})\\Z",
                    ),
                    ("period", ""),
                    _connector="OR",
                ),
                name="quantity_period_is_valid",
                violation_error_message="The period must be an EDTF date, such as 2019, 2019-07/.. or 2018?.",
            ),
        ),
        migrations.AddConstraint(
            model_name="transferdate",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "period__regex",
                        "^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|((((00[1-9]|0[1-9][0-9]|[1-9][0-9][0-9])X|(0[1-9]|[1-9][0-9])XX)|(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])-(XX|XX-XX|(0[1-9]|1[0-2])-XX))[?~%]?)|((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)/(((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|\\.\\.)?|(\\.\\.)?/((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|\\{((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)(,((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?))*\\})\\Z",
                    ),
                    ("period", ""),
                    _connector="OR",
                ),
                name="transferdate_period_is_valid",
                violation_error_message="The period must be an EDTF date, such as 2019, 2019-07/.. or 2018?.",
            ),
        ),
        migrations.AddConstraint(
            model_name="valuation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "period__regex",
                        "^(((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|((((00[1-9]|0[1-9][0-9]|[1-9][0-9][0-9])X|(0[1-9]|[1-9][0-9])XX)|(000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])-(XX|XX-XX|(0[1-9]|1[0-2])-XX))[?~%]?)|((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)/(((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|\\.\\.)?|(\\.\\.)?/((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)|\\{((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?)(,((000[1-9]|00[1-9][0-9]|0[1-9][0-9][0-9]|[1-9][0-9][0-9][0-9])(-((0[1-9]|1[0-2])|2[1-4]|(((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01]))|((0[469]|11)-(0[1-9]|[12][0-9]|30))|02-(0[1-9]|[12][0-9]))))?[?~%]?))*\\})\\Z",
                    ),
                    ("period", ""),
                    _connector="OR",
                ),
                name="valuation_period_is_valid",
                violation_error_message="The period must be an EDTF date, such as 2019, 2019-07/.. or 2018?.",
            ),
        ),
    ]
