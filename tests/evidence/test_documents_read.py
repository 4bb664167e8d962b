"""Documents read into the paragraphs of an article, or refused in words."""

import io
import zipfile

import pytest

from transfers.evidence.documents import LARGEST_FILE, UnreadableDocument, read_document, tidy_text

PAGE = """<!doctype html><html lang="en-GB"><head><title>Arms | Gazette</title>
<meta property="og:site_name" content="The Gazette"><meta property="og:title" content="Arms for Serbia">
<meta property="article:published_time" content="2019-11-02T08:00:00Z">
<link rel="canonical" href="https://example.org/arms"><style>p {color: red}</style></head>
<body><nav><p>Menu</p></nav><article><h1>Arms for Serbia</h1><p>Six <b>S-400</b> came.<br>Two more follow.</p>
<script>alert("Evil")</script><p hidden>Hidden</p><ul><li>One</li><li>Two</li></ul></article>
<footer>Imprint</footer></body></html>"""


def read(content, **options):
    return read_document(content.encode() if isinstance(content, str) else content, **options)


def refuse(content):
    with pytest.raises(UnreadableDocument) as caught:
        read(content)
    return str(caught.value)


def test_a_plain_text_is_kept_as_it_is():
    assert read("Title\n\nSix tanks.\nTwo ships.\n").text == "Title\n\nSix tanks.\nTwo ships.\n"


def test_the_article_of_a_page_is_its_blocks_without_the_rest():
    pytest.importorskip("lxml")
    assert read(PAGE).text == "Arms for Serbia\n\nSix S-400 came. Two more follow.\n\nOne\n\nTwo\n"


def test_the_head_of_a_page_says_where_it_is_from():
    pytest.importorskip("lxml")
    document = read(PAGE)
    assert (document.publisher, document.published, document.language) == ("The Gazette", "2019-11-02", "en")
    assert (document.title, document.url) == ("Arms for Serbia", "https://example.org/arms")


def test_pasted_markup_is_cleaned():
    pytest.importorskip("lxml")
    assert read("<p>Six tanks &amp; two ships.</p><p onclick='x()'>More.</p>").text == (
        "Six tanks & two ships.\n\nMore.\n"
    )


def test_a_page_without_text_is_refused():
    pytest.importorskip("lxml")
    assert "has no text" in refuse("<html><body><script>x()</script></body></html>")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-8"])
def test_a_text_is_read_in_the_encoding_that_it_declares(encoding):
    assert read("Шесть С-400".encode(encoding)).text == "Шесть С-400"


def test_a_page_is_read_in_the_encoding_that_it_declares():
    pytest.importorskip("lxml")
    page = '<html><head><meta charset="windows-1251"></head><body><p>Шесть С-400</p></body></html>'
    assert read(page.encode("windows-1251")).text == "Шесть С-400\n"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b" \n", "The file is empty."),
        (b"x" * (LARGEST_FILE + 1), "larger than 10 MB"),
        ("Six\ntanks ö".encode("latin-1"), "The file is not UTF-8: line 2 cannot be read."),
        (b"<p>x</p><!-- charset=nothing -->", "The encoding nothing is not known."),
        (b"PK\x03\x04broken", "The file is a broken archive."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Word"),
    ],
    ids=["empty", "blank", "large", "encoding", "unknown", "archive", "old word"],
)
def test_what_cannot_be_read_is_refused_in_words(content, message):
    assert message in refuse(content)


def make_archive(**files):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name.replace("_", "/").replace("/xml", ".xml"), text)
    return content.getvalue()


def test_an_archive_of_something_else_is_refused():
    assert "not a Word document" in refuse(make_archive(other_xml="x"))


def test_an_archive_that_bursts_is_refused_before_it_is_unpacked():
    assert "unpacks to more than 60 MB" in refuse(make_archive(word_document_xml=b"0" * 61_000_000))


def test_paragraphs_and_tables_of_a_word_document_are_read():
    docx = pytest.importorskip("docx")
    document, content = docx.Document(), io.BytesIO()
    document.add_paragraph("Arms for Serbia")
    document.add_table(1, 2).rows[0].cells[0].text = "Six"
    document.add_paragraph("They came.")
    document.save(content)
    assert read(content.getvalue()).text == "Arms for Serbia\n\nSix\n\nThey came.\n"


def make_pdf(password="", pages=1):
    pypdf = pytest.importorskip("pypdf")
    writer, content = pypdf.PdfWriter(), io.BytesIO()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    writer.write(content)
    return content.getvalue()


def test_the_lines_of_a_pdf_are_joined_to_paragraphs():
    pypdf = pytest.importorskip("pypdf")
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    writer, stream, content = pypdf.PdfWriter(), DecodedStreamObject(), io.BytesIO()
    stream.set_data(b"BT /F 9 Tf 9 99 Td (Serbia has ordered six) Tj 0 -14 Td (S-400 from Russia.) Tj ET")
    names = {"Type": "Font", "Subtype": "Type1", "BaseFont": "Helvetica"}
    font = DictionaryObject(
        {NameObject(f"/{name}"): NameObject(f"/{value}") for name, value in names.items()}
    )
    page = writer.add_blank_page(300, 300)
    fonts = DictionaryObject({NameObject("/F"): font})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    page[NameObject("/Contents")] = stream
    writer.write(content)
    assert read(content.getvalue()).text == "Serbia has ordered six S-400 from Russia.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [({}, "pictures of text"), ({"password": "secret"}, "has a password"), ({"pages": 301}, "has 301 pages")],
    ids=["scanned", "password", "long"],
)
def test_a_pdf_that_cannot_be_read_is_refused_in_words(options, message):
    assert message in refuse(make_pdf(**options))


@pytest.mark.parametrize(
    "content",
    [b"%PDF-1.4 and no more", b"%PDF-1.4\n%%EOF", make_archive(x="y")],
    ids=["cut short", "empty", "archive"],
)
def test_broken_files_are_refused(content):
    pytest.importorskip("pypdf")
    assert refuse(content)


def test_lines_that_are_paragraphs_are_parted():
    line = (
        "Russia agreed to sell six systems to Serbia, as a ministry said in a statement on Thursday morning."
    )
    assert tidy_text(f"{line}\n{line}\n") == f"{line}\n\n{line}\n"


def test_lines_that_were_broken_to_a_width_stay_together():
    assert tidy_text("Six tanks\nand two ships\n") == "Six tanks\nand two ships\n"
