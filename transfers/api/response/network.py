"""Sums from suppliers to recipients as a network: GraphML, and a list of edges for Gephi and pandas."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from transfers.vocabulary.fields import Field, Type

#: Format → media type. An edge list is CSV with the column names that Gephi knows.
FORMATS = {"graphml": "application/graphml+xml", "edges": "text/vnd.edges+csv; charset=utf-8"}
ENDS = ("supplier", "recipient")
_SPACE = "http://graphml.graphdrawing.org/xmlns"
_KINDS = {Type.INTEGER: "long", Type.NUMBER: "double", Type.BOOLEAN: "boolean"}
Row = Mapping[str, Any]


def write(
    form: str, rows: Sequence[Row], items: Iterable[Field], names: Mapping[str, str], weight: str
) -> bytes:
    """Write the rows, each an edge from its supplier to its recipient, in one of the FORMATS.

    `names` are those of the parties by code, `weight` the field that weighs an edge.
    """
    edges = [row for row in rows if all(row[end] for end in ENDS)]  # what limit leaves out joins no two
    attributes = [item for item in items if item.name not in ENDS]
    if form == "edges":
        return _write_edges(edges, attributes, names, weight)
    return _write_graphml(edges, attributes, names, weight)


def _write_edges(
    edges: Iterable[Row], attributes: Sequence[Field], names: Mapping[str, str], weight: str
) -> bytes:
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    head = ("Source", "Target", "Type", "Weight", "Source name", "Target name")
    writer.writerow([*head, *(item.name for item in attributes)])
    for row in edges:
        ends = [row[end] for end in ENDS]
        values = [_write_value(row[item.name]) for item in attributes]
        writer.writerow(
            [*ends, "Directed", row[weight] or 0, *(names.get(end, end) for end in ends), *values]
        )
    return file.getvalue().encode()


def _write_graphml(
    edges: Iterable[Row], attributes: Sequence[Field], names: Mapping[str, str], weight: str
) -> bytes:
    edges = list(edges)
    root = ElementTree.Element("graphml", xmlns=_SPACE)
    _add_key(root, "name", "node", "string")
    _add_key(root, "weight", "edge", "double")
    for item in attributes:
        _add_key(root, item.name, "edge", _KINDS.get(item.type, "string"))
    graph = ElementTree.SubElement(root, "graph", id="transfers", edgedefault="directed")
    for code in sorted({row[end] for row in edges for end in ENDS}):
        node = ElementTree.SubElement(graph, "node", id=code)
        _add_data(node, "node.name", names.get(code, code))
    for number, row in enumerate(edges):
        source, target = (row[end] for end in ENDS)
        edge = ElementTree.SubElement(graph, "edge", id=f"e{number}", source=source, target=target)
        _add_data(edge, "edge.weight", row[weight] or 0)
        for item in attributes:
            _add_data(edge, f"edge.{item.name}", row[item.name])
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def _add_key(root: ElementTree.Element, name: str, of: str, kind: str) -> None:
    values = {"id": f"{of}.{name}", "for": of, "attr.name": name, "attr.type": kind}
    ElementTree.SubElement(root, "key", values)


def _add_data(owner: ElementTree.Element, key: str, value: Any) -> None:
    """Add a value; one that is missing is left out."""
    if value is not None:
        ElementTree.SubElement(owner, "data", key=key).text = _write_value(value)


def _write_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)
