"""Chain the log anew with hashes that leave absent values out, and keep the former ones.

A hash over every field, absent ones included, changes with each new field. What the new hashes rest on is
first checked against the former ones: a log that was altered is not chained anew, or the change would vanish.
Code and names are this migration's own, as those of the register will go on changing.
"""

import hashlib
from collections import defaultdict
from datetime import UTC

import orjson
from django.core.management.base import CommandError
from django.db import migrations, models

GENESIS = "0" * 64
BATCH = 500
#: Columns that a revision brings; all others are content.
BESIDE_CONTENT = {"id", "revision", "until", "updated"}
ALTERED = (
    "revision {sequence} ({key}) does not verify, so the log was not chained anew and nothing was changed."
    " Look into it with 'manage.py verify' of the version of arms_registry before this one, or restore a"
    " backup, then migrate again."
)


def chain_anew(apps, schema_editor):
    """Replace the hashes of all revisions, keep the former ones, and renew the hashes of shown records."""
    revisions = list(apps.get_model("transfers", "Revision").objects.order_by("sequence").values())
    if not revisions:
        return
    remove_triggers(schema_editor)
    renewed = dict(renew_references(apps))
    contents = dict(hash_contents(apps, sorted({revision["key"] for revision in revisions}), renewed))
    former_previous = previous = GENESIS
    updates, former_hashes = [], []
    model = apps.get_model("transfers", "FormerHash")
    for revision in revisions:
        former, content = contents[revision["sequence"]]
        if (
            former != revision["content"]
            or hash_revision(revision, former, former_previous) != revision["hash"]
        ):
            raise CommandError(ALTERED.format(**revision))
        new = hash_revision(revision, content, previous)
        updates.append((content, previous, new, revision["sequence"]))
        former_hashes.append(model(sequence=revision["sequence"], content=former, hash=revision["hash"]))
        former_previous, previous = revision["hash"], new
    model.objects.bulk_create(former_hashes, batch_size=BATCH)
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE transfers_registryrow SET reference = %s WHERE id = %s",
            [(reference, identifier) for identifier, reference in renewed.items()],
        )
        cursor.executemany(
            "UPDATE transfers_revision SET content = %s, previous = %s, hash = %s WHERE sequence = %s",
            updates,
        )


def remove_triggers(schema_editor):
    """Let the log be written for once; what runs after every migration puts the triggers back."""
    with schema_editor.connection.cursor() as cursor:
        for table in ("transfers_revision", "transfers_registryrow"):
            for kind in ("delete", "update", "reclose", "truncate"):
                on = f" ON {table}" if schema_editor.connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{kind}{on}")


def hash_contents(apps, keys, renewed):
    """Yield each revision with the former and the new hash of its content."""
    for start in range(0, len(keys), BATCH):
        batch = keys[start : start + BATCH]
        claims = list_by(apps, "RegistryClaim", "transfer", batch)
        rows = list_by(apps, "RegistryRow", "key", batch)
        for key, entries in list_by(apps, "Revision", "key", batch).items():
            rows_by_revision = {row["revision"]: row for row in rows[key]}
            for entry in entries:
                number = entry["sequence"]
                row = None if entry["action"] == "withdraw" else rows_by_revision.get(number)
                standing = [claim for claim in claims[key] if stood(claim, number)]
                former = hash_content(row, standing)
                if row is not None and row["id"] in renewed:
                    row = row | {"reference": renewed[row["id"]]}
                yield number, (former, hash_content(row, standing, drop_absent))


def list_by(apps, model, name, values):
    records = apps.get_model("transfers", model).objects.filter(**{f"{name}__in": values})
    grouped = defaultdict(list)
    for record in records.order_by("pk").values():
        grouped[record[name]].append(record)
    return grouped


def stood(claim, number):
    return claim["revision"] <= number and (claim["until"] is None or claim["until"] > number)


def drop_absent(flat):
    return {name: value for name, value in flat.items() if value is not None}


def hash_content(row, claims, select=dict):
    encoded = sorted(encode(select(content_of(claim))) for claim in claims)
    encoded_row = encode(None if row is None else select(content_of(row)))
    return hashlib.sha256(b'{"claims":[' + b",".join(encoded) + b'],"row":' + encoded_row + b"}").hexdigest()


def content_of(version):
    return {name: value for name, value in version.items() if name not in BESIDE_CONTENT}


def hash_revision(revision, content, previous):
    statement = {name: revision[name] for name in ("sequence", "action", "key", "reason")}
    statement["time"] = revision["time"].astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(encode(statement | {"content": content, "previous": previous})).hexdigest()


def encode(value):
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def renew_references(apps):
    """Yield the id of each current row with the hash of its shown records without absent values.

    Only where the row shows its records as they are now; any other is published again with the next edit.
    """
    records = Records(apps)
    current = apps.get_model("transfers", "RegistryRow").objects.filter(until__isnull=True)
    sources = defaultdict(set)
    claims = apps.get_model("transfers", "RegistryClaim").objects.filter(until__isnull=True)
    for transfer, source in claims.values_list("transfer", "source"):
        sources[transfer].add(source)
    for row in current.values("id", "key", "supplier", "recipient", "system", "reference").iterator():
        shown = records.list_shown(row, sorted(sources[row["key"]]))
        if shown is not None and hash_shown(shown) == row["reference"]:
            yield row["id"], hash_shown(map(drop_empty, shown))


def hash_shown(records):
    return hashlib.sha256(b"[" + b",".join(encode(record) for record in records) + b"]").hexdigest()


def drop_empty(values):
    return {name: value for name, value in values.items() if value not in (None, "", [])}


class Records:
    """Public values of all parties, systems and sources as they are now."""

    def __init__(self, apps):
        self.parties = dict(self._list(apps, "Party", "code", "successor"))
        self.systems = dict(self._list(apps, "System", "slug", "variant_of"))
        self.sources = dict(self._list(apps, "Source", "key", None))

    def list_shown(self, row, sources):
        """Return the values of the records that a row shows, in its order; None where one is missing."""
        slugs = [row["system"]]
        while (parent := self.systems.get(slugs[0], {}).get("of")) is not None and parent not in slugs:
            slugs.insert(0, parent)
        shown = [self.parties.get(row[role]) for role in ("supplier", "recipient")]
        shown += [self.systems.get(slug) for slug in slugs] + [self.sources.get(key) for key in sources]
        return None if None in shown else shown

    def _list(self, apps, name, key, parent):
        model = apps.get_model("transfers", name)
        records = model.objects.all()
        if parent:
            records = records.select_related(parent).prefetch_related("aliases")
        for record in records:
            values = {
                field.name: getattr(record, field.name)
                for field in model._meta.concrete_fields
                if not field.is_relation and not field.primary_key and field.name != "provisional"
            }
            if parent:
                above = getattr(record, parent)
                values["of"] = above and getattr(above, key)
                values["aliases"] = sorted(alias.name for alias in record.aliases.all())
            yield values[key], values


def refuse(apps, schema_editor):
    if apps.get_model("transfers", "Revision").objects.exists():
        raise CommandError("The log was chained anew and cannot be taken back; restore a backup instead.")


class Migration(migrations.Migration):
    dependencies = [("transfers", "0009_release_roles")]

    operations = [
        migrations.CreateModel(
            name="FormerHash",
            fields=[
                (
                    "sequence",
                    models.PositiveBigIntegerField(
                        help_text="The revision.", primary_key=True, serialize=False
                    ),
                ),
                ("content", models.CharField(help_text="Its former hash of row and claims.", max_length=64)),
                ("hash", models.CharField(help_text="Its own former hash.", max_length=64, unique=True)),
            ],
            options={"ordering": ["sequence"]},
        ),
        migrations.RunPython(chain_anew, refuse),
    ]
