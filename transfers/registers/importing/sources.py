"""Editions of a register as sources: one for each file, identified by its date and its digest."""

from transfers.models import Source
from transfers.registers.ranges import WHOLE, Years
from transfers.registers.reading.records import Register

#: What all editions share: they are one source, and a later one revises an earlier.
REGISTER = "sipri-arms-transfers-database"
PUBLISHER = "Stockholm International Peace Research Institute (SIPRI)"
URL = "https://www.sipri.org/databases/armstransfers"
TERMS = "© SIPRI, under its terms: https://www.sipri.org/about/terms-and-conditions"


def build_key(register: Register) -> str:
    """Return the key of the source that this file is."""
    date = f"-{register.generated.date().isoformat()}" if register.generated else ""
    return f"sipri-{register.layout.replace('_', '-')}{date}-{register.sha256[:8]}"


def get_or_create_edition(register: Register, published: str, file_name: str, years: Years = WHOLE) -> Source:
    """Return the source that this file is, made if need be."""
    origin = (
        "as its file says" if register.generated else "not stated in the file; no earlier than its last year"
    )
    limit = "" if years.is_whole else f" What it says was delivered was delivered in {years}."
    source, _ = Source.objects.get_or_create(
        key=build_key(register),
        defaults={
            "publisher": PUBLISHER,
            "title": register.source_title,
            "published": published,
            "url": URL,
            "reliability": Source.Reliability.B,
            "origin_of": REGISTER,
            "sha256": register.sha256,
            "terms": TERMS,
            "note": f"Imported from the file {file_name[:200]}; date: {origin}.{limit}",
        },
    )
    return source
