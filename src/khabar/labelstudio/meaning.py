"""What a labelling configuration means, apart from its looks: which names an annotation may use."""

from __future__ import annotations

from xml.etree import ElementTree

_CONTROLS = {"Labels", "Choices", "Text", "TextArea"}
_VALUES = {"Label", "Choice", "Relation"}


def meaning_of(label_config: str) -> frozenset[str]:
    """Every control and every value of it, as `Labels entity` and `entity=GPE`.

    Colours, keys, names that are shown, styles and order are looks. A text that is no XML means nothing.
    """
    try:
        root = ElementTree.fromstring(label_config)  # noqa: S314 - expat expands no external entity
    except ElementTree.ParseError:
        return frozenset({"no XML"})
    found: set[str] = set()
    _collect(root, "", found)
    return frozenset(found)


def _collect(element: ElementTree.Element, owner: str, found: set[str]) -> None:
    name, value = element.get("name", ""), element.get("value", "")
    if element.tag in _CONTROLS:
        parts = (element.tag, name, element.get("toName", ""), value, element.get("choice", ""))
        found.add(" ".join(part for part in parts if part))
    elif element.tag in _VALUES:
        found.add(f"{owner or element.tag}={value}")
    owner = name if element.tag in _CONTROLS else owner
    for each in element:
        _collect(each, owner, found)
