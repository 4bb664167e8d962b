"""Measures of claims and rows, and the states that follow from them: plain names, no Django."""

from enum import StrEnum


class Status(StrEnum):
    """Progress of a transfer; derived from its claims, never entered."""

    CANCELLED = "cancelled"
    SUSPENDED = "suspended"
    DELIVERED = "delivered"
    IN_DELIVERY = "in_delivery"
    AGREED = "agreed"
    REPORTED = "reported"
    DEPLOYED = "deployed"
    ENDED = "ended"


class Basis(StrEnum):
    """How the numbers of a period of deliveries are known."""

    STATED = "stated"
    BOUNDED = "bounded"


#: What a claim may measure, in the order of a transfer's course, with its name in English.
MEASURES = {
    "quantity_ordered": "quantity ordered",
    "quantity_delivered": "quantity delivered",
    "quantity_deployed": "quantity deployed",
    "date_agreed": "date agreed",
    "date_announced": "date announced",
    "date_due": "date due",
    "date_delivered": "date delivered",
    "date_deployed": "date deployed",
    "date_suspended": "date suspended",
    "date_cancelled": "date cancelled",
    "deal_value": "deal value",
    "tiv_unit": "TIV of one unit",
    "tiv_ordered": "TIV of the order",
    "tiv_delivered": "TIV of the delivered",
}
#: Each model of claims: the field that names its measure, and what precedes that name in the register's.
CLAIM_KINDS = {
    "quantity": ("measure", "quantity_"),
    "transferdate": ("event", "date_"),
    "valuation": ("measure", ""),
}
QUANTITIES = ("quantity_ordered", "quantity_delivered", "quantity_deployed")
DATES = ("date_agreed", "date_due", "date_delivered", "date_deployed")
#: Events that may last, or be several: their first and their last day differ.
LASTING = ("date_due", "date_delivered", "date_deployed")
TIVS = ("tiv_unit", "tiv_ordered", "tiv_delivered")
#: The measures that a row shows, by field stem: what `disputed` may name.
STEMS = (*QUANTITIES, *DATES, "deal_value", *TIVS)
