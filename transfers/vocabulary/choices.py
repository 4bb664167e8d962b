"""Values of the fields of few values, with their names in English and the list they come from."""

from django.db import models


class PartyKind(models.TextChoices):
    """SIPRI's kinds of supplier and recipient, with former states apart from their successors."""

    STATE = "state", "state"
    FORMER_STATE = "former_state", "former state"
    NON_STATE = "non_state", "non-state group"
    ORGANISATION = "organisation", "organisation"
    UNKNOWN = "unknown", "unknown"


class Category(models.TextChoices):
    """Armament categories of the SIPRI Arms Transfers Database."""

    AIRCRAFT = "aircraft", "Aircraft"
    AIR_DEFENCE = "air_defence", "Air-defence systems"
    ANTI_SUBMARINE = "anti_submarine", "Anti-submarine warfare weapons"
    ARMOURED_VEHICLES = "armoured_vehicles", "Armoured vehicles"
    ARTILLERY = "artillery", "Artillery"
    ENGINES = "engines", "Engines"
    MISSILES = "missiles", "Missiles"
    NAVAL_WEAPONS = "naval_weapons", "Naval weapons"
    SATELLITES = "satellites", "Satellites"
    SENSORS = "sensors", "Sensors"
    SHIPS = "ships", "Ships"
    OTHER = "other", "Other"


class Unroca(models.TextChoices):
    """Categories of the United Nations Register of Conventional Arms."""

    BATTLE_TANKS = "I", "I Battle tanks"
    ARMOURED_COMBAT_VEHICLES = "II", "II Armoured combat vehicles"
    ARTILLERY = "III", "III Large-calibre artillery systems"
    COMBAT_AIRCRAFT = "IV", "IV Combat aircraft and unmanned combat aerial vehicles"
    ATTACK_HELICOPTERS = "V", "V Attack helicopters"
    WARSHIPS = "VI", "VI Warships"
    MISSILES = "VII", "VII Missiles and missile launchers"
    SMALL_ARMS = "VIII", "Small arms and light weapons"


class AliasType(models.TextChoices):
    """Origin of a name."""

    NATO = "nato", "NATO reporting name"
    EXPORT = "export", "export designation"
    TRANSLITERATION = "transliteration", "other spelling or script"
    OTHER = "other", "other"


class Reliability(models.TextChoices):
    """Reliability of a source on the Admiralty scale (NATO AJP-2.1)."""

    A = "A", "A completely reliable"
    B = "B", "B usually reliable"
    C = "C", "C fairly reliable"
    D = "D", "D not usually reliable"
    E = "E", "E unreliable"
    F = "F", "F cannot be judged"


class TransferKind(models.TextChoices):
    """Terms of a transfer; a deployment is a supplier's own unit abroad and changes no owner."""

    SALE = "sale", "sale"
    GIFT = "gift", "gift"
    LEASE = "lease", "lease"
    LOAN = "loan", "loan"
    LICENSED_PRODUCTION = "licensed_production", "licensed production"
    DEPLOYMENT = "deployment", "deployment"
    UNSPECIFIED = "unspecified", "unspecified"


class TransferCondition(models.TextChoices):
    """SIPRI's `status` of the delivered arms."""

    NEW = "new", "new"
    SECOND_HAND = "second_hand", "second-hand"
    MODERNISED = "modernised", "second-hand but modernised"
    UNKNOWN = "unknown", "unknown"


class TransferState(models.TextChoices):
    """Steps of a transfer on its way to the public register."""

    DRAFT = "draft", "draft"
    IN_REVIEW = "in_review", "in review"
    PUBLISHED = "published", "published"
    WITHDRAWN = "withdrawn", "withdrawn"


class Credibility(models.IntegerChoices):
    """Credibility of a statement on the Admiralty scale (NATO AJP-2.1)."""

    CONFIRMED = 1, "1 confirmed by other sources"
    PROBABLE = 2, "2 probably true"
    POSSIBLE = 3, "3 possibly true"
    DOUBTFUL = 4, "4 doubtful"
    IMPROBABLE = 5, "5 improbable"
    UNJUDGED = 6, "6 cannot be judged"


class QuantityMeasure(models.TextChoices):
    """Measures of a quantity; a delivered figure is cumulative at its `as_of`."""

    ORDERED = "ordered", "ordered"
    DELIVERED = "delivered", "delivered"
    DEPLOYED = "deployed", "deployed"


class Unit(models.TextChoices):
    """Units of a quantity."""

    SYSTEM = "system", "system"
    BATTERY = "battery", "battery"
    BATTALION = "battalion", "battalion"
    REGIMENT = "regiment", "regiment"
    LAUNCHER = "launcher", "launcher"
    AIRCRAFT = "aircraft", "aircraft"
    VEHICLE = "vehicle", "vehicle"
    MISSILE = "missile", "missile"
    SHIP = "ship", "ship"
    GUN = "gun", "gun"
    RADAR = "radar", "radar"
    ENGINE = "engine", "engine"
    SATELLITE = "satellite", "satellite"
    ITEM = "item", "item"


class Event(models.TextChoices):
    """Events of a date; what is due is a plan for the delivery, which never counts as delivered."""

    AGREED = "agreed", "agreed"
    ANNOUNCED = "announced", "announced"
    DUE = "due", "due (delivery planned)"
    DELIVERED = "delivered", "delivered"
    DEPLOYED = "deployed", "deployed"
    SUSPENDED = "suspended", "suspended"
    CANCELLED = "cancelled", "cancelled"


class ValuationMeasure(models.TextChoices):
    """Value of the deal in a currency, or a SIPRI trend-indicator value (TIV) in millions."""

    DEAL_VALUE = "deal_value", "deal value"
    TIV_UNIT = "tiv_unit", "TIV of one unit"
    TIV_ORDERED = "tiv_ordered", "TIV of the order"
    TIV_DELIVERED = "tiv_delivered", "TIV of the delivered"


class Action(models.TextChoices):
    """Actions of a revision on its transfer."""

    PUBLISH = "publish", "publish"
    UPDATE = "update", "update"
    WITHDRAW = "withdraw", "withdraw"


class Layout(models.TextChoices):
    """Layouts of a register's file; each has a reader in `transfers.registers.reading`."""

    TRADE_REGISTER = "trade_register", "SIPRI trade register"
    DELIVERY_YEARS = "delivery_years", "SIPRI register by delivery year"
    BEFORE_2023 = "before_2023", "SIPRI register of before 2023"
    BUNDLE = "bundle", "bundle of this register"


class Outcome(models.TextChoices):
    """Outcomes of the import of a deal."""

    NEW = "new", "new"
    CHANGED = "changed", "changed"
    UNCHANGED = "unchanged", "unchanged"
    EARLIER = "earlier", "an earlier edition's"
    AMBIGUOUS = "ambiguous", "ambiguous"
    REFUSED = "refused", "refused"


class Proposed(models.TextChoices):
    """Meanings proposed for a comment or a deal, or ruled out by a curator."""

    KIND = "kind", "kind of transfer"
    DEAL_VALUE = "deal_value", "deal value"
    NO_LINK = "no_link", "not the same transfer"
    RENAME = "rename", "another designation"
    SAME_DEAL = "same_deal", "which deal it is"
    PART = "part", "part of a deal"


class Decision(models.TextChoices):
    """Decisions on a proposal."""

    OPEN = "open", "open"
    ACCEPTED = "accepted", "accepted"
    DECLINED = "declined", "declined"


class NoteKind(models.TextChoices):
    """What happened to a transfer under review: words, or a step and its reason."""

    COMMENT = "comment", "commented"
    ASSIGN = "assign", "assigned"
    SUBMIT = "submit", "submitted for review"
    RETURN = "return", "asked back"
    PUBLISH = "publish", "published"
    REVISE = "revise", "opened for revision"
    WITHDRAW = "withdraw", "withdrew"
    EDIT = "edit", "edited, so that it is a draft again"
    MOVE = "move", "moved claims"
