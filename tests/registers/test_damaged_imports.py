"""Files with damaged letters or broken records, imported and published: none of it becomes public."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from transfers.models import Party, RegistryRow, System, Transfer

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"


@pytest.fixture
def publish(tmp_path):
    """Import and publish a case, and return what the command prints, or why it refuses the file."""

    def run(name):
        file = tmp_path / name
        file.write_bytes((CASES / name).read_bytes())
        out = StringIO()
        try:
            call_command(
                "importregister", str(file), publish=True, reason="Test", stdout=out, stderr=StringIO()
            )
        except CommandError as error:
            return str(error)
        return out.getvalue()

    return run


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("encoded-mac-roman.csv", "Mac Roman"),
        ("encoded-utf8-twice.csv", "2 refused"),
        ("letters-lost-to-question-marks.csv", "2 refused"),
    ],
)
def test_no_damaged_name_becomes_a_record(publish, name, words):
    before = Party.objects.count(), System.objects.count()
    assert words in publish(name)
    assert (Party.objects.count(), System.objects.count()) == before
    assert not Transfer.objects.filter(recipient__name__contains="rkiye").exists()


def test_halves_of_a_record_are_published_as_one(publish):
    publish("split-record-padded.csv")
    rows = RegistryRow.objects.current().filter(key__contains="quill")
    assert sorted(row.quantity_delivered_max for row in rows) == [3, 4]
    assert all(row.tiv_delivered for row in rows)
