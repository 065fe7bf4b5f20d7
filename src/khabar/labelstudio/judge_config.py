"""The judge's labelling configuration: the annotators' own, with what marks and settles a dispute.

A region that not all passes have carries the annotators who have it, one whose attribute they give
differently `<attribute>?`, both in the label set `disputed`. A relation that not all of them have carries
`disputed` and those annotators beside its roles.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from khabar.errors import CallError
from khabar.labelstudio.config import TEXT, as_text, controls, labelling_view
from khabar.schema import Schema

DISPUTES = "disputes"
"""The task's key, and the tag, of the list of differences."""
DISPUTED = "disputed"
"""Label set of regions, and label of relations, that the passes do not agree on."""
VERDICT, KEEP, DROP = "verdict", "keep", "drop"
NOTE, REASON = "note", "reason"
"""Text fields: of a region, of the article."""

_STYLE = """
.disputes { max-height: 14em; overflow: auto; margin-bottom: 12px; }
.disputes [class*="htx-richtext"] { white-space: normal; }
.marks { display: none; }
"""


def judge_config(schema: Schema, annotators: Sequence[str]) -> str:
    """The configuration for passes of these annotators. The same ones always give the same text.

    Raises CallError if an annotator is named as a role or as one of the marks is.
    """
    view = labelling_view(schema)
    if taken := sorted({*schema.role_names, DISPUTED} & set(annotators)):
        raise CallError(f"annotator {', '.join(taken)} is named as a role or a mark is; rename it")
    style = view.find("Style")
    relations, article = view.find("Relations"), view.find("View[@className='ar']")
    if style is None or relations is None or article is None:
        raise ValueError("the annotators' configuration has no style, relations or text")
    style.text = (style.text or "") + _STYLE
    for mark in (DISPUTED, *annotators):
        ElementTree.SubElement(relations, "Relation", value=mark)
    place = list(view).index(article)
    view.insert(place, _marks(schema, annotators))
    view.insert(1, _list())
    _verdict(view)
    _field(view, NOTE, "ملاحظة · why, for this mention or event", per_region=True)
    _field(view, REASON, "السبب · why, for the whole article", per_region=False)
    return as_text(view)


def attribute_mark(name: str) -> str:
    """The mark of a region whose attribute of that name is disputed."""
    return f"{name}?"


def _list() -> ElementTree.Element:
    box = ElementTree.Element("View", className="disputes")
    ElementTree.SubElement(box, "HyperText", name=DISPUTES, value=f"${DISPUTES}", inline="true")
    return box


def _marks(schema: Schema, annotators: Sequence[str]) -> ElementTree.Element:
    """Labels nobody need choose: they are shown on the regions that come with them."""
    box = ElementTree.Element("View", className="marks")
    labels = ElementTree.SubElement(box, "Labels", name=DISPUTED, toName=TEXT, choice="multiple")
    attributes = dict.fromkeys(attribute.name for _, attribute in controls(schema).values())
    for mark in (*annotators, *map(attribute_mark, attributes)):
        ElementTree.SubElement(labels, "Label", value=mark, background="#d00000")
    return box


def _verdict(view: ElementTree.Element) -> None:
    choices = ElementTree.SubElement(
        view,
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


def _field(view: ElementTree.Element, name: str, words: str, *, per_region: bool) -> None:
    field = ElementTree.SubElement(
        view, "TextArea", name=name, toName=TEXT, rows="1", maxSubmissions="1", editable="true"
    )
    field.set("placeholder", words)
    if per_region:
        field.set("perRegion", "true")
        field.set("visibleWhen", "region-selected")
