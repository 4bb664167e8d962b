"""/api/parties, /api/systems, /api/sources: what published rows name, and nothing else."""

from typing import Any

from django.db.models import Aggregate, CharField, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.functions import NullIf

from transfers.api.request import filters
from transfers.models import PartyAlias, RegistryClaim, RegistryRow, SystemAlias
from transfers.publication import names, search
from transfers.vocabulary import fields
from transfers.vocabulary.words import split

from .lists import ListView


class Joined(Aggregate):
    """Texts joined by |, as lists are stored and written everywhere; in order, by SQLite's index of them."""

    template = "%(function)s(%(expressions)s, '|')"
    output_field = CharField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, function="GROUP_CONCAT", **context)

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        template = "%(function)s(%(expressions)s, '|' ORDER BY %(expressions)s)"
        return self.as_sql(compiler, connection, function="STRING_AGG", template=template, **context)


def _alias_list(model: Any, owner: str) -> Subquery:
    aliases = model.objects.filter(**{owner: OuterRef("pk")}).order_by().values(owner)
    return Subquery(aliases.annotate(joined=Joined("name")).values("joined"))


def _or_null(*columns: str) -> dict[str, Any]:
    """Return texts that may be empty, as null: `alpha2` → `alpha2_or_null`."""
    return {f"{column}_or_null": NullIf(F(column), Value(""), output_field=TextField()) for column in columns}


def _get_day(claims: QuerySet, name: str) -> Subquery:
    """Return a day of the source's date, as the first of its claims has it."""
    return Subquery(claims.filter(source=OuterRef("key")).values(name)[:1])


class ReferenceList(ListView):
    """List of reference records, searched in the words of their texts."""

    texts: tuple[str, ...]
    rests_on_today = True

    def rows(self) -> QuerySet:
        return self.describe(self.select(self.versions))

    def list_known(self) -> QuerySet:
        return self.describe(self.versions.all())

    def describe(self, versions: QuerySet) -> QuerySet:
        """Return the records that these versions of rows or claims name, with what is shown of them."""
        raise NotImplementedError

    def search(self, rows: QuerySet, text: str) -> QuerySet:
        """Select the records that have words beginning with those of the text; there are few to compare."""
        parts = [part for term in search.split_query(text) for part in term]
        matches = []
        for pk, *texts in rows.values_list("pk", *self.texts):
            words = {word for part in texts if part for word in split(part)}
            if all(any(word.startswith(part) for word in words) for part in parts):
                matches.append(pk)
        return rows.filter(pk__in=matches)


class PartyList(ReferenceList):
    """Suppliers and recipients of published transfers."""

    name = "parties"
    items = fields.PARTY
    key = "code"
    texts = ("code", "name", "alpha2", "alias_list")
    filterset_class = filters.PartyFilterSet
    versions = RegistryRow.objects

    def describe(self, versions: QuerySet) -> QuerySet:
        return names.filter_used_parties(versions).annotate(
            alias_list=_alias_list(PartyAlias, "party"), **_or_null("alpha2")
        )


class SystemList(ReferenceList):
    """Weapon systems of published transfers, and their families."""

    name = "systems"
    items = fields.SYSTEM
    key = "slug"
    texts = ("slug", "name", "description", "alias_list")
    filterset_class = filters.SystemFilterSet
    versions = RegistryRow.objects

    def describe(self, versions: QuerySet) -> QuerySet:
        return names.filter_used_systems(versions).annotate(
            alias_list=_alias_list(SystemAlias, "system"), **_or_null("unroca", "wikidata")
        )


class SourceList(ReferenceList):
    """Sources of published claims."""

    name = "sources"
    items = fields.SOURCE
    key = "key"
    texts = ("key", "publisher", "title", "authors", "agencies")
    filterset_class = filters.SourceFilterSet
    versions = RegistryClaim.objects

    def describe(self, versions: QuerySet) -> QuerySet:
        # The source as it is now, whenever it was used: so are its other fields.
        claims = RegistryClaim.objects
        newest = claims.order_by("-revision") if self.standpoint.is_pinned else claims.current()
        return names.filter_used_sources(versions).annotate(
            published_earliest=_get_day(newest, "published_earliest"),
            published_latest=_get_day(newest, "published_latest"),
            **_or_null("authors", "agencies", "url", "archived_url", "origin_of", "sha256", "note", "terms"),
        )
