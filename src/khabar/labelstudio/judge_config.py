"""The judge's labelling configuration: the annotators' own, with what marks and settles a dispute.

A region that not all passes have bears, beside its type, the names of the annotators who have it; one whose
attribute they give differently bears `<attribute>?`. A relation that not all of them have bears `disputed`
and those names beside its roles. Label Studio shows all labels of a region only if one label set has them.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from khabar.errors import CallError
from khabar.labelstudio.config import CHOSEN, TEXT, as_text, controls, labelling_view
from khabar.schema import Schema

DISPUTES = "disputes"
"""The task's key, and the tag, of the list of differences."""
DISPUTED = "disputed"
"""Label of relations that the passes do not agree on."""
VERDICT, KEEP, DROP = "verdict", "keep", "drop"
NOTE, REASON = "note", "reason"
"""Text fields: of a region, of the article."""

_STYLE = """
.disputes { max-height: 9em; overflow: auto; margin-bottom: 8px; }
.disputes [class*="htx-richtext"] { white-space: normal; line-height: 1.5; }
.disputes td { padding: 0 8px; white-space: nowrap; font-size: 13px; }
.palette { max-height: 24vh; }
.chosen .lsf-text-area { flex: 1 1 16em; }
.lsf-label:has(.mark) { display: none; }
"""
_MARKED = ".ar .htx-highlight[data-label*={mark}] {{ outline: 2px dashed #d00000; }}\n"
_KEYS = [f"ctrl+alt+shift+{key}" for key in "0123456789abcdefghijklmnopqrstuvwxyz"]
"""For marks, which nobody sets: a label without a key is given one that a type or an editor may have."""


def judge_config(schema: Schema, annotators: Sequence[str]) -> str:
    """The configuration for passes of these annotators. The same ones always give the same text.

    Raises CallError if an annotator is named as a type, a role or a mark is.
    """
    if taken := sorted({*schema.entities, *schema.events, *schema.role_names, DISPUTED} & set(annotators)):
        raise CallError(f"annotator {', '.join(taken)} is named as a type, a role or a mark is; rename it")
    view = labelling_view(schema)
    style, relations = view.find("Style"), view.find("Relations")
    chosen = view.find(f"View[@className='{CHOSEN}']")
    if style is None or relations is None or chosen is None:
        raise ValueError("the annotators' configuration has no style, relations or choices")
    marks = marks_of(schema, annotators)
    style.text = (style.text or "") + _STYLE + "".join(_MARKED.format(mark=f'",{each}"') for each in marks)
    for mark in (DISPUTED, *annotators):
        ElementTree.SubElement(relations, "Relation", value=mark)
    keys = iter(_KEYS)
    for labels in view.iter("Labels"):
        for mark in marks:
            html = f'<i class="mark">{mark}</i>'
            made = ElementTree.SubElement(labels, "Label", value=mark, background="#d00000", html=html)
            if key := next(keys, ""):
                made.set("hotkey", key)
    view.insert(1, _list())
    _verdict(chosen)
    _field(chosen, NOTE, "ملاحظة · why, for this mention or event", per_region=True)
    _field(view, REASON, "السبب · why, for the whole article", per_region=False)
    return as_text(view)


def marks_of(schema: Schema, annotators: Sequence[str]) -> list[str]:
    """All labels that mark a region as disputed."""
    attributes = dict.fromkeys(attribute.name for _, attribute in controls(schema).values())
    return [*annotators, *map(attribute_mark, attributes)]


def attribute_mark(name: str) -> str:
    """The mark of a region whose attribute of that name is disputed."""
    return f"{name}?"


def _list() -> ElementTree.Element:
    box = ElementTree.Element("View", className="disputes")
    ElementTree.SubElement(box, "HyperText", name=DISPUTES, value=f"${DISPUTES}", inline="true")
    return box


def _verdict(parent: ElementTree.Element) -> None:
    choices = ElementTree.SubElement(
        parent,
        "Choices",
        name=VERDICT,
        toName=TEXT,
        perRegion="true",
        choice="single",
        showInline="true",
        visibleWhen="region-selected",
    )
    for value, key, shown in ((KEEP, "shift+k", "يبقى"), (DROP, "shift+d", "يُحذف")):
        words = f'<b>{value}</b> · <bdi lang="ar">{shown}</bdi>'
        ElementTree.SubElement(choices, "Choice", value=value, hotkey=key, html=words)


def _field(parent: ElementTree.Element, name: str, words: str, *, per_region: bool) -> None:
    field = ElementTree.SubElement(
        parent, "TextArea", name=name, toName=TEXT, rows="1", maxSubmissions="1", editable="true"
    )
    field.set("placeholder", words)
    if per_region:
        field.set("perRegion", "true")
        field.set("visibleWhen", "region-selected")
