"""The text of a Word document: paragraphs and the cells of tables, in their order."""

import io
import zipfile

from .document import LARGEST_CONTENT, Document, UnreadableDocument


def read_docx(content: bytes) -> Document:
    """Return the text of the document; raise UnreadableDocument for another archive or one that bursts."""
    _check_archive(content)
    import docx
    from docx.table import Table
    from lxml import etree

    try:
        document = docx.Document(io.BytesIO(content))
        blocks: list[str] = []
        for block in document.iter_inner_content():
            if isinstance(block, Table):
                blocks += [" ".join(cell.text for cell in row.cells) for row in block.rows]
            else:
                blocks.append(block.text)
        title = document.core_properties.title
    except (KeyError, ValueError, AttributeError, etree.LxmlError, zipfile.BadZipFile, OSError) as error:
        raise UnreadableDocument("The Word document is broken. Save it again, or paste the text.") from error
    text = "\n\n".join(" ".join(block.split()) for block in blocks if block.strip())
    if not text:
        raise UnreadableDocument("The Word document has no text.")
    return Document(f"{text}\n", title=" ".join(title.split()))


def _check_archive(content: bytes) -> None:
    """Raise UnreadableDocument unless this is a Word document that unpacks to a reasonable size."""
    try:
        files = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise UnreadableDocument("The file is a broken archive.") from error
    if "word/document.xml" not in {file.filename for file in files}:
        raise UnreadableDocument("The file is an archive, not a Word document (.docx).")
    if any(file.flag_bits & 1 for file in files):
        raise UnreadableDocument(
            "The Word document has a password. Save a copy without it, or paste the text."
        )
    if sum(file.file_size for file in files) > LARGEST_CONTENT:
        raise UnreadableDocument("The Word document unpacks to more than 60 MB.")
