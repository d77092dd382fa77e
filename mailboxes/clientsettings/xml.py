"""XML written with its escapes, and read without what a stranger could do by it."""

from xml.etree import ElementTree as ET

from defusedxml import DefusedXmlException
from defusedxml import ElementTree as Defused

MOST_BYTES = 16_000


def add(place: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    child = ET.SubElement(place, tag, attributes)
    child.text = text or None
    return child


def written(root: ET.Element) -> bytes:
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def texts(body: bytes) -> dict[str, str]:
    """The text of each element by its bare name; empty when it cannot be read."""
    try:
        root = Defused.fromstring(body[:MOST_BYTES], forbid_dtd=True)
    except (ET.ParseError, DefusedXmlException, ValueError, LookupError):
        return {}
    return {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in root.iter()}
