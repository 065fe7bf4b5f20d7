"""Schema → labelling configuration: the XML that Label Studio 1.23 builds its interface from.

Values are the schema's names, for they are what an export holds (an `alias` would take their place);
Arabic and English names are shown through `html`, definitions as hints.
"""

from __future__ import annotations

from html import escape
from typing import Literal
from xml.etree import ElementTree

from khabar.schema import Attribute, Bilingual, EntityType, EventType, Schema, Value

Owner = Literal["entity", "trigger"]
"""The two label sets: mentions, and the triggers of events."""

TEXT = "text"
"""Name of the text tag, and of the task's key that holds the text."""

PALETTE, CHOSEN = "palette", "chosen"
"""Classes of the labels, and of what is chosen of the selected region: both stay in sight."""

# <Style> for .htx-text and style= on <Text> do nothing in 1.23: the inner classes must be named.
# Relation arrows are drawn over the line above, hence the line height; their layer is at 100.
_STYLE = """
.ar { direction: rtl; }
.ar [class*="htx-richtext"] { text-align: right; white-space: pre-wrap; font-size: 20px; line-height: 2.4;
  font-family: "Noto Naskh Arabic", "Amiri", "Geeza Pro", "Tahoma", sans-serif; }
.ar [class*="richtext__line"] { unicode-bidi: plaintext; padding: 0 8px; }
.ar .htx-highlight::after { direction: ltr; unicode-bidi: isolate; }
.palette, .chosen { position: sticky; z-index: 101; background: var(--color-neutral-background, #fff); }
.palette { top: 0; max-height: 30vh; overflow-y: auto; }
.palette [class*="lsf-labels"] { margin-block: 4px !important; }
.palette [class*="label_clickable"] { margin: 0 5px 4px 0 !important; padding: 0 6px; font-size: 13px; }
.palette [class*="label__hotkey"] { margin-left: 6px; }
.chosen { bottom: 0; padding: 4px 8px; }
.chosen { display: flex; flex-wrap: wrap; align-items: center; column-gap: 24px; }
.chosen > * { margin-block: 2px !important; }
"""


def control(owner: Owner, attribute: Attribute) -> str:
    """Name of the choices tag of an attribute: unique even where entities and events share a name."""
    return f"{owner}_{attribute.name}"


def controls(schema: Schema) -> dict[str, tuple[Owner, Attribute]]:
    """Every choices tag of the configuration: whose attribute it is."""
    owned: list[tuple[Owner, Attribute]] = [
        *(("entity", each) for each in schema.entity_attributes),
        *(("trigger", each) for each in schema.event_attributes),
    ]
    return {control(owner, each): (owner, each) for owner, each in owned}


def labelling_config(schema: Schema) -> str:
    """The configuration. The same schema always gives the same text."""
    return as_text(labelling_view(schema))


def as_text(view: ElementTree.Element) -> str:
    """A configuration as the server takes it."""
    ElementTree.indent(view)
    return ElementTree.tostring(view, encoding="unicode") + "\n"


def labelling_view(schema: Schema) -> ElementTree.Element:
    """The configuration as a tree, for others to add to."""
    view = ElementTree.Element("View")
    ElementTree.SubElement(view, "Style").text = _STYLE
    ElementTree.SubElement(view, "Header", value="$article")
    palette = ElementTree.SubElement(view, "View", className=PALETTE)
    _labels(palette, "entity", schema.entity_types)
    _labels(palette, "trigger", schema.event_types)
    relations = ElementTree.SubElement(view, "Relations")
    for role in schema.role_names:
        ElementTree.SubElement(relations, "Relation", value=role)
    article = ElementTree.SubElement(view, "View", className="ar")
    ElementTree.SubElement(
        article,
        "Text",
        name=TEXT,
        value=f"${TEXT}",
        granularity="symbol",  # proclitics stay outside the mention, so words cannot be the unit
        saveTextResult="yes",
        showLabels="true",
    )
    chosen = ElementTree.SubElement(view, "View", className=CHOSEN)
    for name, (owner, attribute) in controls(schema).items():
        _choices(chosen, name, owner, attribute, schema)
    return view


def _labels(parent: ElementTree.Element, owner: Owner, types: list[EntityType] | list[EventType]) -> None:
    labels = ElementTree.SubElement(parent, "Labels", name=owner, toName=TEXT, showInline="true")
    for each in types:
        ElementTree.SubElement(
            labels,
            "Label",
            value=each.name,
            background=each.color,
            hotkey=each.hotkey,
            html=_shown(each.name, each.label),
            hint=_hint(each.definition),
        )


def _choices(
    parent: ElementTree.Element, name: str, owner: Owner, attribute: Attribute, schema: Schema
) -> None:
    """Choices that are seen only while a region is selected whose type takes the attribute."""
    known = schema.entities if owner == "entity" else schema.events
    choices = ElementTree.SubElement(
        parent,
        "Choices",
        name=name,
        toName=TEXT,
        perRegion="true",
        choice="multiple" if attribute.kind == "flag" else "single",
        showInline="true",
        visibleWhen="region-selected",
        whenTagName=owner,
    )
    if set(attribute.applies_to) < set(known):
        choices.set("whenLabelValue", ",".join(attribute.applies_to))
    values: list[Attribute | Value] = [attribute] if attribute.kind == "flag" else [*attribute.values]
    for each in values:
        ElementTree.SubElement(
            choices,
            "Choice",
            value=each.name,
            hotkey=each.hotkey or "",
            html=_shown(each.name, each.label),
            hint=_hint(each.definition),
        )


def _shown(name: str, label: Bilingual) -> str:
    """The button's HTML; names are escaped here, and the whole once more by the XML."""
    english = "" if label.en == name else f" · {escape(label.en)}"
    return f'<b>{escape(name)}</b>{english} · <bdi lang="ar">{escape(label.ar)}</bdi>'


def _hint(definition: Bilingual) -> str:
    return f"{definition.ar} — {definition.en}"
