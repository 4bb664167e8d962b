"""Reading logs from the admin and back: what is exported agrees with the fixtures and the article."""

import hashlib
import shutil
import tomllib
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.support import factories
from transfers import evidence
from transfers.curation.fixtures import reading_logs, writing
from transfers.evidence.faults import BadFiles
from transfers.models import Quantity, Source, SourceReading

pytestmark = pytest.mark.django_db
ARTICLE = """Arms for Serbia

Serbia ordered six S-400 systems from Russia in May 2018, officials said, and has 40 tanks.

Two of the six systems were delivered in October 2019, \"in time\".
"""


@pytest.fixture
def source():
    """Create a source that was read: five claims of three readings, and one that was declined."""
    digest = hashlib.sha256(ARTICLE.encode()).hexdigest()
    source = factories.source(
        "gazette", published="2019-11-02", sha256=digest, authors="A. Writer; B. Writer"
    )
    transfer = factories.transfer("rus-srb-s-400-2018")
    place = {"transfer": transfer, "source": source, "locator": "¶2", "attributed_to": "officials"}
    words = "ordered six S-400 systems from Russia in May 2018"
    factories.quantity("ordered", 6, excerpt=words, **place)
    factories.date("agreed", "2018-05", excerpt="systems from Russia in May 2018", **place)
    place |= {"locator": "¶3", "attributed_to": ""}
    factories.quantity("delivered", 2, excerpt="Two of the six systems", **place)
    factories.date("delivered", "2019-10", excerpt='delivered in October 2019, "in time"', **place)
    SourceReading.objects.create(
        source=source, locator="¶2", excerpt="has 40 tanks", finding="It has tanks.", declined="No transfer."
    )
    return source


@pytest.fixture
def folders(tmp_path, source):
    """Write fixtures, logs and the article into folders."""
    (tmp_path / "articles").mkdir()
    (tmp_path / "articles" / "gazette.txt").write_text(ARTICLE, encoding="utf-8")
    export(tmp_path)
    return tmp_path


def export(folder):
    return writing.export(folder / "fixtures", folder / "seeds")


def list_faults(folder):
    return [str(fault) for fault in evidence.check(*(folder / name for name in PARTS)).faults]


PARTS = ("seeds", "fixtures", "articles")


def get_log(folder):
    return folder / "seeds" / "gazette.toml"


def add_reading(locator, excerpt):
    source = Source.objects.get(key="gazette")
    values = {"finding": "Words.", "declined": "No figure."}
    SourceReading.objects.create(source=source, locator=locator, excerpt=excerpt, **values)


def read_readings(folder):
    return tomllib.loads(get_log(folder).read_text(encoding="utf-8"))["reading"]


def test_what_is_exported_agrees_with_fixtures_and_article(folders):
    assert list_faults(folders) == []


def test_each_statement_is_in_the_log_recorded_or_declined(folders):
    outcomes = {
        reading["excerpt"]: reading.get("recorded_as") or reading["declined"]
        for reading in read_readings(folders)
    }
    assert outcomes == {
        "ordered six S-400 systems from Russia in May 2018": ["rus-srb-s-400-2018/quantity_ordered"],
        "systems from Russia in May 2018": ["rus-srb-s-400-2018/date_agreed"],
        "has 40 tanks": "No transfer.",
        "Two of the six systems": ["rus-srb-s-400-2018/quantity_delivered"],
        'delivered in October 2019, "in time"': ["rus-srb-s-400-2018/date_delivered"],
    }


def test_exporting_again_changes_nothing(folders):
    report = export(folders)
    assert (report.written, len(report.unchanged)) == ([], 5)


def test_what_was_written_by_hand_stays_to_the_letter(folders):
    text = get_log(folders).read_text(encoding="utf-8")
    text = text.replace("\n\n[[reading]]", "\n\n# A remark.\n[[reading]]", 1)
    text = text.replace('finding = "It has tanks."', 'finding   =   "It has tanks."')
    get_log(folders).write_text(text, encoding="utf-8")
    add_reading("¶1", "for Serbia")
    export(folders)
    new = (
        '[[reading]]\nparagraph = 1\nexcerpt = "for Serbia"\nfinding = "Words."\ndeclined = "No figure."\n\n'
    )
    expected = text.replace("# A remark.\n", f"{new}# A remark.\n")
    assert get_log(folders).read_text(encoding="utf-8") == expected


def test_a_changed_claim_changes_its_reading(folders):
    Quantity.objects.filter(measure="delivered").update(maximum=6)
    export(folders)
    assert list_faults(folders) == []
    [finding] = [reading["finding"] for reading in read_readings(folders) if "Two" in reading["excerpt"]]
    assert "2..6 system" in finding


def test_a_deleted_claim_takes_its_reading_with_it(folders):
    Quantity.objects.filter(measure="delivered").delete()
    export(folders)
    assert "Two of the six systems" not in [reading["excerpt"] for reading in read_readings(folders)]
    assert list_faults(folders) == []


def test_a_reading_that_was_opened_again_leaves_the_log(folders):
    SourceReading.objects.update(declined="")
    export(folders)
    assert "has 40 tanks" not in [reading["excerpt"] for reading in read_readings(folders)]


def test_a_reading_that_only_the_log_has_stays(folders):
    SourceReading.objects.all().delete()
    export(folders)
    assert "has 40 tanks" in [reading["excerpt"] for reading in read_readings(folders)]


def test_the_log_follows_its_source(folders):
    Source.objects.filter(key="gazette").update(title='New "title"', published="2019-11")
    export(folders)
    assert list_faults(folders) == []


def test_the_log_of_a_source_that_is_gone_is_removed(folders):
    Quantity.objects.all().delete()
    source = Source.objects.get(key="gazette")
    source.transferdate_claims.all().delete()
    source.delete()
    assert export(folders).removed == [get_log(folders)]
    assert not get_log(folders).exists()


def test_a_log_that_cannot_be_read_stops_the_export(folders):
    get_log(folders).write_text("key =", encoding="utf-8")
    Quantity.objects.filter(measure="delivered").delete()
    before = (folders / "fixtures" / "transfers.yaml").read_bytes()
    with pytest.raises(BadFiles):
        export(folders)
    assert (folders / "fixtures" / "transfers.yaml").read_bytes() == before


def test_readings_are_loaded_once(folders):
    SourceReading.objects.all().delete()
    assert reading_logs.load_readings(folders / "seeds") == 5
    assert reading_logs.load_readings(folders / "seeds") == 0
    assert SourceReading.objects.exclude(declined="").get().excerpt == "has 40 tanks"


def test_sources_of_which_no_paragraph_was_read_have_no_log(folders):
    factories.quantity(source="register", locator="line 3012")
    assert export(folders).written == [
        folders / "fixtures" / name for name in ("sources.yaml", "transfers.yaml")
    ]


def test_the_command_names_what_the_check_finds(folders):
    Quantity.objects.filter(measure="delivered").update(minimum=3, maximum=3)
    out = StringIO()
    call_command("exportfixtures", folders / "fixtures", seeds=folders / "seeds", stdout=out)
    assert "note: " in out.getvalue()
    assert "the excerpt does not print 3" in out.getvalue()


def test_the_shipped_logs_are_left_to_the_letter(tmp_path):
    for name in ("fixtures", "seeds"):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name)
    call_command("loadregister", fixtures=tmp_path / "fixtures", seeds=tmp_path / "seeds", stdout=StringIO())
    assert export(tmp_path).written == []
