"""The editions of a register as sources: one for each file, told by its date and its digest."""

from transfers.models import Source
from transfers.registers.reading.records import Register

#: What all editions share: they are one source, and a later one revises an earlier.
REGISTER = "sipri-arms-transfers-database"
PUBLISHER = "Stockholm International Peace Research Institute (SIPRI)"
URL = "https://www.sipri.org/databases/armstransfers"
TITLES = {
    "trade_register": "Arms Transfers Database: trade register",
    "delivery_years": "Arms Transfers Database: deliveries by year",
}


def build_key(register: Register) -> str:
    """The key of the source that this file is."""
    made = f"-{register.generated.date().isoformat()}" if register.generated else ""
    return f"sipri-{register.layout.replace('_', '-')}{made}-{register.sha256[:8]}"


def get_or_create_edition(register: Register, published: str, file_name: str) -> Source:
    """The source that this file is, made if need be."""
    said = (
        "as its file says" if register.generated else "not stated in the file; no earlier than its last year"
    )
    found, _ = Source.objects.get_or_create(
        key=build_key(register),
        defaults={
            "publisher": PUBLISHER,
            "title": TITLES[register.layout],
            "published": published,
            "url": URL,
            "reliability": Source.Reliability.B,
            "origin_of": REGISTER,
            "sha256": register.sha256,
            "note": f"Imported from the file {file_name[:200]}; date: {said}.",
        },
    )
    return found
