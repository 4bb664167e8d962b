"""The transfer that a figure of an article is proposed for: chosen where all fits and nothing competes."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import chain

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from transfers.curation.candidates import Option, Verdict, build_passage, choose, rank_options
from transfers.evidence import fixture_files
from transfers.evidence.recognition import recognise
from transfers.evidence.recognition.marks import DATE, MONEY, NUMBER
from transfers.evidence.recognition.statements import read_statements
from transfers.vocabulary.lineage import list_line

PUBLISHED = date(2019, 10, 24)
PARTIES = {
    "Russia": {"RUS"}, "Serbia": {"SRB"}, "Belgrade": {"SRB"}, "Kazakhstan": {"KAZ"}, "Armenia": {"ARM"},
    "Poland": {"POL"}, "South Korea": {"KOR"}, "Turkey": {"TUR"}, "Korea": {"KOR", "PRK"},
}  # fmt: skip
FAMILIES = {"mi-35": None, "mi-35m": "mi-35", "mi-35p": "mi-35", "s-400": None, "t-72": None}
SYSTEMS = {
    "Mi-35": {"mi-35"},
    "Mi-35M": {"mi-35m"},
    "Mi-35P": {"mi-35p"},
    "S-400": {"s-400"},
    "T-72": {"t-72"},
}
KINDS = {"mi": ("aircraft", "Attack helicopter"), "s-": ("air_defence", "Surface-to-air missile system"),
         "t-": ("armoured_vehicles", "Main battle tank")}  # fmt: skip


def build_option(supplier, recipient, system, number=1):
    category, description = KINDS[system[:2]]
    return Option(
        f"{supplier}-{recipient}-{system}-{number}", supplier, recipient, system, category, description
    )


MI_35M_SERBIA = build_option("RUS", "SRB", "mi-35m")
S_400_SERBIA = build_option("RUS", "SRB", "s-400")


def assess(text, *options, paragraph=None):
    """Return the assessments of these transfers for the last paragraph, or for another one."""
    statements = read_statements(text, recognise(text, SYSTEMS, PARTIES, PUBLISHED))
    passage = build_passage(statements, paragraph or len(statements), FAMILIES)
    return rank_options(passage, options)


def choose_one(text, *options, paragraph=None):
    return choose(assess(text, *options, paragraph=paragraph))


@pytest.mark.parametrize(
    "text",
    [
        "Serbia has ordered six S-400 systems from Russia, an official said.",
        "Belgrade is to get eight S-400 systems from Russia, a paper wrote.",
        "Russia agreed to sell six S-400 systems to Serbia for $2.5 billion last year.",
        "Six S-400 systems were delivered to Serbia by Russia.",
        "Russia, which has done so before, will supply Serbia with six S-400 systems.",
        "Serbia orders S-400 from Russia\n\nThe first of them came in October 2019.",
        "Serbia orders S-400 from Russia\n\nThe deal of Russia and Serbia is worth $2 billion.",
        "Russia to deliver S-400\n\nSerbia will receive six of the S-400 systems.",
        "Serbia received six S-400 systems from Russia, Aleksandar Vucic said.",
    ],
)
def test_a_transfer_that_fits_in_everything_is_chosen(text):
    assert choose_one(text, S_400_SERBIA) == S_400_SERBIA


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("Russia sold Serbia Mi-35M\n\nKazakhstan will receive 12 Mi-35M helicopters.", MI_35M_SERBIA),
        ("Serbia got Mi-35M from Russia\n\nPoland ordered 180 K2 tanks from South Korea.", MI_35M_SERBIA),
        ("Serbia got Mi-35M from Russia\n\nIt ordered 180 K2 tanks as well.", MI_35M_SERBIA),
        ("Serbia got Mi-35M from Russia\n\nAnother 180 tanks are on order.", MI_35M_SERBIA),
        ("Kazakhstan got S-400 from Russia\n\nA deal with Armenia is worth $2 billion.",
         build_option("RUS", "KAZ", "s-400")),
        ("Serbia got S-400 from Russia\n\nRuritania received six S-400 systems.", S_400_SERBIA),
        ("Serbia got S-400 from Russia\n\nSix Iskander systems will follow.", S_400_SERBIA),
        ("Serbia ordered six S-400 systems from Russia; Turkey has ordered four.", S_400_SERBIA),
        ("Serbia ordered six S-400 systems and ten T-72 tanks from Russia.", S_400_SERBIA),
        ("Serbia ordered six S-400 systems from Russia.", build_option("SRB", "RUS", "s-400")),
        ("Serbia ordered six Mi-35P helicopters from Russia.", MI_35M_SERBIA),
        ("Korea ordered six S-400 systems from Russia.", build_option("RUS", "KOR", "s-400")),
        ("The S-400 deal of Russia and Serbia is worth $2 billion.", S_400_SERBIA),
        ("Serbia will receive six S-400 systems.", S_400_SERBIA),
    ],
    ids=[
        "Mi-35M for Kazakhstan, not Serbia", "K2 tanks, not helicopters", "tanks of the same recipient",
        "tanks without a designation", "a deal with Armenia, not Kazakhstan", "a recipient nobody knows",
        "a system nobody knows", "another recipient in the paragraph", "another system in the paragraph",
        "the other way round", "a sibling of the variant", "one of two Koreas", "nobody says who supplies",
        "no supplier anywhere",
    ],
)  # fmt: skip
def test_a_transfer_that_something_contradicts_is_not_chosen(text, option):
    assert choose_one(text, option) is None


@pytest.mark.parametrize(
    ("named", "stored"), [("Mi-35", "mi-35m"), ("Mi-35M", "mi-35"), ("Mi-35M", "mi-35m")]
)
def test_a_system_fits_its_family_up_and_down(named, stored):
    option = build_option("RUS", "SRB", stored)
    assert choose_one(f"Serbia ordered six {named} helicopters from Russia.", option) == option


def test_a_transfer_of_the_variant_that_is_named_fits_better_than_one_of_its_family():
    family = build_option("RUS", "SRB", "mi-35")
    assert choose_one("Serbia ordered six Mi-35M from Russia.", family, MI_35M_SERBIA) == MI_35M_SERBIA


def test_where_the_family_is_named_a_variant_competes_with_it():
    family = build_option("RUS", "SRB", "mi-35")
    assert choose_one("Serbia ordered six Mi-35 from Russia.", family, MI_35M_SERBIA) is None


def test_of_two_transfers_that_fit_none_is_chosen():
    options = S_400_SERBIA, build_option("RUS", "SRB", "s-400", 2)
    assert choose_one("Serbia ordered six S-400 systems from Russia.", *options) is None


def test_what_the_own_paragraph_says_goes_before_what_is_nearer_to_the_headline():
    text = "Serbia orders S-400 from Russia\n\nTurkey has bought four S-400 systems from Russia."
    turkey = build_option("RUS", "TUR", "s-400")
    assert choose_one(text, S_400_SERBIA, turkey) == turkey
    assert choose_one(text, S_400_SERBIA, turkey, paragraph=1) == S_400_SERBIA


@pytest.mark.parametrize(
    ("stored", "named", "is_chosen"),
    [
        ((2015, 2017), (2019, 2019), True),
        ((2015, 2017), (2020, 2020), False),
        ((2019, 2021), (2010, 2016), False),
        ((2015, 2025), (2020, 2020), True),
        (None, (2020, 2020), True),
        ((2015, 2017), None, True),
    ],
)
def test_a_transfer_of_another_time_is_not_chosen(stored, named, is_chosen):
    text = "Serbia ordered six S-400 systems from Russia."
    statements = read_statements(text, recognise(text, SYSTEMS, PARTIES, PUBLISHED))
    passage = build_passage(statements, 1, FAMILIES, years=named)
    option = replace(S_400_SERBIA, years=stored)
    assert (choose(rank_options(passage, [option])) == option) == is_chosen


def test_the_likeliest_comes_first():
    options = [build_option("RUS", "TUR", "t-72"), build_option("RUS", "TUR", "s-400"), S_400_SERBIA]
    ranked = assess("Serbia ordered six S-400 systems from Russia.", *options)
    assert [assessed.option for assessed in ranked] == [options[2], options[1], options[0]]


def test_of_systems_in_one_paragraph_the_nearest_to_the_figure_comes_first():
    text = "Serbia ordered six S-400 systems and ten T-72 tanks from Russia."
    statements = read_statements(text, recognise(text, SYSTEMS, PARTIES, PUBLISHED))
    stored = [S_400_SERBIA, build_option("RUS", "SRB", "t-72")]
    for slugs in (["s-400", "t-72"], ["t-72", "s-400"]):
        ranked = rank_options(build_passage(statements, 1, FAMILIES, slugs), stored)
        assert [assessed.option.system for assessed in ranked] == slugs


def test_a_verdict_says_where_and_what_instead():
    [assessed] = assess("Headline\n\nTurkey ordered six S-400 systems.", S_400_SERBIA)
    supplier, recipient, system = assessed.fits
    assert (supplier.verdict, recipient.verdict, system.verdict) == (
        Verdict.UNSAID, Verdict.CONTRADICTED, Verdict.FITS,
    )  # fmt: skip
    assert (recipient.paragraph, recipient.instead) == (2, ("Turkey",))


# Random articles over the register's names

UNKNOWN = "nobody's"


@dataclass(frozen=True)
class Sentence:
    """Sentence and what it says of its transfer; what `involved` does is not said."""

    text: str
    supplier: str = ""
    recipient: str = ""
    system: str = ""
    involved: str = ""
    category: str = ""

    def agrees(self, option, families):
        """Return whether nothing that the sentence says contradicts the transfer."""
        return (
            self.supplier in ("", option.supplier)
            and self.recipient in ("", option.recipient)
            and self.involved in ("", option.supplier, option.recipient)
            and self.category in ("", option.category)
            and (
                not self.system
                or self.system in list_line(option.system, families)
                or option.system in list_line(self.system, families)
            )
        )


@cache
def load_names():
    """Return the names of the shipped parties and systems, what they stand for, and each system's record."""
    parties, systems, records = {}, {}, {}
    for record in fixture_files.read_fixtures(settings.BASE_DIR / "fixtures"):
        model, fields = record.model.removeprefix("transfers."), record.fields
        if model == "party":
            parties.setdefault(fields["name"], set()).add(fields["code"])
        elif model == "partyalias":
            parties.setdefault(fields["name"], set()).update(fields["party"])
        elif model == "system":
            systems.setdefault(fields["name"], set()).add(fields["slug"])
            records[fields["slug"]] = fields
        elif model == "systemalias":
            systems.setdefault(fields["name"], set()).update(fields["system"])
    return parties, systems, records


def list_families():
    return {slug: (fields.get("variant_of") or [None])[0] for slug, fields in load_names()[2].items()}


def draw_name(draw, names):
    """Draw a name that stands for one record and that is recognised; return it with the identifier."""
    clear = sorted(name for name, ids in names.items() if len(ids) == 1 and len(name) > 3)
    name = draw(st.sampled_from(clear))
    return name, next(iter(names[name]))


@st.composite
def sentences(draw):
    parties, systems, _ = load_names()
    supplier, recipient = draw_name(draw, parties), draw_name(draw, parties)
    system = draw_name(draw, systems)
    general = [*list_partial(supplier, recipient, system), *list_general(recipient)]
    return draw(st.sampled_from([*list_full(supplier, recipient, system), *general]))


def list_full(supplier, recipient, system):
    """Return sentences that name all three, of which the register may not know one."""
    (one, seller), (two, buyer), (name, slug) = supplier, recipient, system
    return [
        Sentence(f"{two} has ordered six {name} from {one}.", seller, buyer, slug),
        Sentence(f"{one} delivered two {name} to {two} in May 2019.", seller, buyer, slug),
        Sentence(f"Six {name} were delivered to {two} by {one}.", seller, buyer, slug),
        Sentence(f"The {name} that {two} bought from {one} cost $3 billion.", seller, buyer, slug),
        Sentence(f"{two} ordered 180 K2 from {one}.", seller, buyer, UNKNOWN),
        Sentence(f"Ruritania received five {name} from {one}.", seller, UNKNOWN, slug),
    ]


def list_partial(supplier, recipient, system):
    """Return sentences that leave one or two of the three open."""
    (one, seller), (two, buyer), (name, slug) = supplier, recipient, system
    return [
        Sentence(f"{two} will receive four {name}.", recipient=buyer, system=slug),
        Sentence(f"{one} is to supply three {name}.", supplier=seller, system=slug),
        Sentence(f"{two} expects two of them in 2020.", recipient=buyer),
        Sentence(f"The {name} deal is worth $3 billion.", system=slug),
    ]


def list_general(recipient):
    """Return sentences that name a party in no role, a kind of arms, or nothing."""
    return [
        Sentence(f"A deal with {recipient[0]} was worth $2 billion.", involved=recipient[1]),
        Sentence("Another five tanks will follow in 2021.", category="armoured_vehicles"),
        Sentence("Another five helicopters will follow in 2021.", category="aircraft"),
        Sentence("The first six came in October 2019."),
        Sentence("The minister spoke to reporters."),
    ]


@st.composite
def options(draw):
    parties, _, records = load_names()
    codes = sorted(set(chain.from_iterable(parties.values())))
    pairs = st.lists(st.sampled_from(codes), min_size=2, max_size=2, unique=True)
    system = records[draw(st.sampled_from(sorted(records)))]
    supplier, recipient = draw(pairs)
    number = draw(st.integers(1, 999_999))
    kind = system["category"], system["description"]
    return Option(f"{supplier}-{recipient}-{number}", supplier, recipient, system["slug"], *kind)


@st.composite
def articles(draw):
    """Draw paragraphs of sentences, and transfers: any, and those that the sentences speak of."""
    paragraphs = draw(st.lists(st.lists(sentences(), min_size=1, max_size=2), min_size=1, max_size=5))
    stored = draw(st.lists(options(), max_size=3))
    records = load_names()[2]
    for sentence in chain.from_iterable(paragraphs):
        if sentence.system in records and sentence.supplier and sentence.recipient not in ("", UNKNOWN):
            kind = records[sentence.system]["category"], records[sentence.system]["description"]
            pair = draw(st.permutations([sentence.supplier, sentence.recipient]))
            if pair[0] != pair[1]:
                stored.append(Option("-".join([*pair, sentence.system]), *pair, sentence.system, *kind))
    return paragraphs, list({option.key: option for option in stored}.values())


@given(articles())
def test_no_claim_is_proposed_for_a_transfer_that_its_paragraph_contradicts(article):
    paragraphs, stored = article
    text = "\n\n".join(" ".join(sentence.text for sentence in paragraph) for paragraph in paragraphs)
    parties, systems, _ = load_names()
    marks = recognise(text, systems, parties, PUBLISHED)
    statements, families = read_statements(text, marks), list_families()
    for number in {mark.paragraph for mark in marks if mark.kind in (NUMBER, MONEY, DATE)}:
        option = choose(rank_options(build_passage(statements, number, families), stored))
        contradicting = [
            sentence
            for sentence in paragraphs[number - 1]
            if option is not None and not sentence.agrees(option, families)
        ]
        assert contradicting == []
