"""The stock admin, with a name for each of its boxes."""

from django.contrib import admin


class NamedAdmin(admin.ModelAdmin):
    """The base of every admin here: a small script names what the stock pages leave without a name."""

    class Media:
        js = ("transfers/labels.js",)
