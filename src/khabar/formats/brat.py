"""brat stand-off: `ID.txt`, `ID.ann` with T (mentions, triggers), E (events), A (attributes); its conf.

Offsets are code points, half-open, as brat itself (Python) counts them. All of an annotation is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from khabar.document import Entity, Event
from khabar.files import read_text
from khabar.formats.assembly import Filler, Happening, Mention, assemble
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText, Export
from khabar.schema import Attribute, Role, Schema

SUFFIX = ".ann"
_SPANS = re.compile(r"(T\d+)\t(\S+) (\d+ \d+(?:;\d+ \d+)*)\t(.*)")
_EVENT = re.compile(r"(E\d+)\t(\S+):(T\d+)((?: \S+:[A-Z]\d+)*) ?")
_ATTRIBUTE = re.compile(r"([AM]\d+)\t(\S+) ([A-Z]\d+)(?: (\S+))?")
_UNHELD = {
    "R": ("relation", re.compile(r"R\d+\t\S+ \S+:[TE]\d+ \S+:[TE]\d+\s?")),
    "*": ("equivalence", re.compile(r"\*\t\S+(?: [TE]\d+)+")),
    "N": ("normalisation", re.compile(r"N\d+\t\S+ [A-Z]\d+ \S+:\S+(?:\t.*)?")),
    "#": ("note", re.compile(r"#\d*\t\S+ [A-Z*]\d*\t.*")),
}


def write(texts: Iterable[AnnotatedText], name: str, schema: Schema) -> Export:
    """A folder of that name with two files an article and the configuration made from the schema."""
    files = {f"{name}/annotation.conf": configuration(schema).encode()}
    for each in texts:
        files[f"{name}/{each.id}.txt"] = each.text.encode()
        files[f"{name}/{each.id}.ann"] = "".join(f"{line}\n" for line in _lines(each)).encode()
    return Export(files)


def _lines(given: AnnotatedText) -> Iterator[str]:
    for each in given.entities:
        yield f"{each.id}\t{each.type} {each.start} {each.end}\t{each.text}"
    triggers = {each.id: f"T{len(given.entities) + n}" for n, each in enumerate(given.events, 1)}
    for event in given.events:
        span = event.trigger
        yield f"{triggers[event.id]}\t{event.type} {span.start} {span.end}\t{span.text}"
    for event in given.events:
        yield f"{event.id}\t{event.type}:{triggers[event.id]}{_fillers(event)}"
    owners: list[Entity | Event] = [*given.entities, *given.events]
    said = [(each.id, *pair) for each in owners for pair in sorted(each.attributes.items())]
    for number, (owner, name, value) in enumerate(said, 1):
        yield f"A{number}\t{name} {owner}" + ("" if value is True else f" {value}")


def _fillers(event: Event) -> str:
    """The second and later fillers of a role are numbered, as brat does: `Participant:T1 Participant2:T3`."""
    seen: dict[str, int] = {}
    said = ""
    for each in event.arguments:
        seen[each.role] = seen.get(each.role, 0) + 1
        number = "" if seen[each.role] == 1 else str(seen[each.role])
        said += f" {each.role}{number}:{each.entity}"
    return said


def configuration(schema: Schema) -> str:
    """`annotation.conf` for the schema: entities may nest, roles take what the schema allows them."""
    events = [
        f"{each.name}\t{', '.join(_role(role) for role in schema.roles(each.name).values())}"
        for each in schema.event_types
    ]
    attributes = [_attribute(each) for each in (*schema.entity_attributes, *schema.event_attributes)]
    parts = {
        "entities": list(schema.entities),
        "relations": ["<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:contain"],
        "events": events,
        "attributes": attributes,
    }
    return "\n".join(
        f"[{part}]\n\n" + "".join(f"{line}\n" for line in lines) for part, lines in parts.items()
    )


def _role(role: Role) -> str:
    return f"{role.name}{'*' if role.many else '?'}:{'|'.join(role.entity_types)}"


def _attribute(attribute: Attribute) -> str:
    values = "|".join(each.name for each in attribute.values)
    said = f"{attribute.name}\tArg:{'|'.join(attribute.applies_to)}"
    return f"{said}, Value:{values}" if values else said


@dataclass
class _Lines:
    """The lines of an annotation file by id, before anything refers to anything."""

    spans: dict[str, tuple[str, str, list[tuple[int, int]]]] = field(default_factory=dict)
    events: dict[str, tuple[str, str, str, list[tuple[str, str]]]] = field(default_factory=dict)
    attributes: list[tuple[str, str, str, bool | str]] = field(default_factory=list)


def read(path: Path, schema: Schema, findings: Findings) -> list[AnnotatedText]:
    """The article of an .ann file, whose text is in the .txt beside it."""
    beside = path.with_suffix(".txt")
    if not beside.is_file():
        findings.fault("", "text", f"there is no {beside.name} beside it")
        return []
    text = read_text(beside)
    found = _read_lines(read_text(path), text, findings)
    triggers = {trigger for _, _, trigger, _ in found.events.values()}
    attributes = _attributes(found, findings)
    mentions = [
        Mention(where, name, kind, *spans[0], attributes.get(name, {}))
        for name, (where, kind, spans) in found.spans.items()
        if name not in triggers and _is_whole(name, where, spans, findings)
    ]
    happenings = list(_happenings(found, attributes, findings))
    return [assemble(path.stem, text, mentions, happenings, schema, findings)]


def _is_whole(name: str, where: str, spans: Sequence[tuple[int, int]], findings: Findings) -> bool:
    if len(spans) > 1:
        findings.cannot_hold(where, "discontinuous", f"{name} has {len(spans)} parts")
    return len(spans) == 1


def _read_lines(content: str, text: str, findings: Findings) -> _Lines:
    found = _Lines()
    for number, raw in enumerate(content.removesuffix("\n").split("\n") if content else [], 1):
        line, where = raw.removesuffix("\r"), f"line {number}"
        code, form = _UNHELD.get(line[:1], ("", None))
        if match := _SPANS.fullmatch(line):
            name, kind, places, words = match.groups()
            spans = [tuple(map(int, each.split(" "))) for each in places.split(";")]
            _check_new(name, where, found.spans, findings)
            found.spans[name] = (where, kind, spans)  # type: ignore[assignment]
            _check_words(name, where, spans, words, text, findings)  # type: ignore[arg-type]
        elif match := _EVENT.fullmatch(line):
            name, kind, trigger, said = match.groups()
            arguments = [(role, target) for role, _, target in (e.rpartition(":") for e in said.split())]
            _check_new(name, where, found.events, findings)
            found.events[name] = (where, kind, trigger, arguments)
        elif match := _ATTRIBUTE.fullmatch(line):
            found.attributes.append((where, match[2], match[3], match[4] or True))
        elif form is not None and form.fullmatch(line):
            findings.cannot_hold(where, code, f"{line!r:.80}")
        else:
            expected = "a line of brat: ID, tab, type and what it is of, and a tab before words"
            findings.fault(where, "line", f"expected {expected}; found {line!r:.80}")
    return found


def _check_new(name: str, where: str, known: Iterable[str], findings: Findings) -> None:
    if name in known:
        findings.fault(where, "id", f"{name} is given twice")


def _check_words(
    name: str, where: str, spans: Sequence[tuple[int, int]], words: str, text: str, findings: Findings
) -> None:
    if max(end for _, end in spans) > len(text):
        findings.fault(where, "offsets", f"{name} ends past the text, which has {len(text)} code points")
        return
    found = " ".join(text[start:end] for start, end in spans)
    if found.replace("\n", " ") != words:
        findings.fault(where, "offsets", f"{name} is {found!r:.60} in the text, the line says {words!r:.60}")


def _attributes(found: _Lines, findings: Findings) -> dict[str, dict[str, bool | str]]:
    given: dict[str, dict[str, bool | str]] = {}
    triggers = {trigger for _, _, trigger, _ in found.events.values()}
    for where, name, owner, value in found.attributes:
        parts = found.spans[owner][2] if owner in found.spans else []
        if owner[0] == "R" or owner in triggers or len(parts) > 1:
            findings.cannot_hold(where, "attribute", f"{name} of {owner}, which is no mention or event here")
            continue
        if owner not in found.spans and owner not in found.events:
            findings.fault(where, "reference", f"{name} is of {owner}, which is not in the file")
        if name in given.setdefault(owner, {}):
            findings.fault(where, "id", f"{owner} is given {name} twice")
        given[owner][name] = value
    return given


def _happenings(
    found: _Lines, attributes: dict[str, dict[str, bool | str]], findings: Findings
) -> Iterator[Happening]:
    for name, (where, kind, trigger, arguments) in found.events.items():
        for target in (trigger, *(target for _, target in arguments)):
            if target not in found.spans and target not in found.events:
                findings.fault(where, "reference", f"{name} refers to {target}, which is not in the file")
        if trigger not in found.spans:
            continue
        _, trigger_kind, spans = found.spans[trigger]
        if trigger_kind != kind:
            findings.fault(where, "trigger", f"{name} is {kind}, its trigger {trigger} is {trigger_kind}")
        if _is_whole(trigger, where, spans, findings):
            fillers = [Filler(where, role, target) for role, target in arguments]
            yield Happening(where, name, kind, *spans[0], fillers, attributes.get(name, {}))
