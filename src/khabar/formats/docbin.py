"""spaCy's DocBin: words with their spaces, `doc.ents`, span groups, and the exact annotation beside them.

`doc.text` is the article's text. `doc.ents` holds the outermost mentions, `doc.spans["entities"]` all, nested
ones too, `doc.spans["triggers"]` the triggers; a span takes every word it overlaps and bears the id.
`doc.user_data["khabar"]` has the annotation as JSON, as its file says it: events, attributes, exact offsets.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from khabar.alignment import lay, spans_of
from khabar.document import Annotation, Entity, Event, as_json, parse
from khabar.errors import CallError, DataError
from khabar.files import dump_json, parse_json, sha256
from khabar.formats.assembly import Happening, Mention, assemble
from khabar.formats.findings import Findings
from khabar.formats.model import AnnotatedText, Export
from khabar.schema import Schema
from khabar.text import Token, segment

SUFFIX = ".spacy"
KEY = "khabar"
ENTITIES, TRIGGERS = "entities", "triggers"


def _spacy() -> Any:
    try:
        import spacy  # seconds to import, and an extra of its own
        import spacy.tokens
    except ImportError as error:
        raise CallError("this format needs spaCy: pip install 'khabar[spacy]'") from error
    return spacy


def write(texts: Iterable[AnnotatedText], name: str, schema: Schema) -> Export:
    """One file of that name with a Doc for each article."""
    spacy = _spacy()
    vocabulary = spacy.blank("ar").vocab
    store = spacy.tokens.DocBin(store_user_data=True)
    for each in texts:
        store.add(_doc(spacy.tokens, vocabulary, each, schema))
    return Export({f"{name}{SUFFIX}": store.to_bytes()})


def _doc(kinds: Any, vocabulary: Any, given: AnnotatedText, schema: Schema) -> Any:
    words = _words(given.text)
    spaces = [given.text[token.end : token.end + 1] == " " for token in words]
    begins = {sentence.start for sentence in segment(given.text)}
    doc = kinds.Doc(
        vocabulary,
        words=[token.text for token in words],
        spaces=spaces,
        sent_starts=[number == 0 or token.start in begins for number, token in enumerate(words)],
    )
    laid = lay([(*each.span, each.type) for each in given.entities], words)
    doc.ents = [kinds.Span(doc, first, last, label=kind) for first, last, kind in spans_of(laid.tags)]
    doc.spans[ENTITIES] = [_span(kinds, doc, words, (*e.span, e.type), e.id) for e in given.entities]
    doc.spans[TRIGGERS] = [_span(kinds, doc, words, (*e.trigger.span, e.type), e.id) for e in given.events]
    said = Annotation(given.id, sha256(given.text), KEY, schema.version, given.entities, given.events)
    doc.user_data[KEY] = dump_json(as_json(said))
    return doc


def _span(kinds: Any, doc: Any, words: Sequence[Token], span: tuple[int, int, str], name: str) -> Any:
    start, end, label = span
    first, last = _over(words, start, end)
    return kinds.Span(doc, first, last, label=label, span_id=name)


def _over(words: Sequence[Token], start: int, end: int) -> tuple[int, int]:
    """The words that the code points `[start, end)` overlap, half-open."""
    first = bisect_right(words, start, key=lambda token: token.end)
    return first, bisect_left(words, end, key=lambda token: token.start)


def _words(text: str) -> list[Token]:
    """The words, and as words too all white space but the one space that a word may have after it."""
    found: list[Token] = []
    place = 0
    for token in (token for sentence in segment(text) for token in sentence.tokens):
        found += _space(text, place, token.start)
        found.append(token)
        place = token.end
    return found + _space(text, place, len(text))


def _space(text: str, start: int, end: int) -> list[Token]:
    start += bool(start) and text[start:end].startswith(" ")
    return [Token(start, end, text[start:end])] if start < end else []


def read(path: Path, schema: Schema, findings: Findings) -> list[AnnotatedText]:
    """The articles of the file: as `user_data` says where this corpus wrote it, else by span groups.

    Without our groups, mentions are those of `doc.spans["sc"]`, and without that, of `doc.ents`.
    """
    spacy = _spacy()
    vocabulary = spacy.blank("ar").vocab
    try:
        store = spacy.tokens.DocBin().from_bytes(path.read_bytes())
        docs = list(store.get_docs(vocabulary))
    except (ValueError, KeyError, TypeError, OSError) as error:
        findings.fault("", "form", f"not a DocBin of spaCy {spacy.__version__}: {error!r:.120}")
        return []
    return [_read(doc, number, path, schema, findings) for number, doc in enumerate(docs)]


def _all(said: Annotation) -> list[Entity | Event]:
    return [*said.entities, *said.events]


def _read(doc: Any, number: int, path: Path, schema: Schema, findings: Findings) -> AnnotatedText:
    where = f"doc {number}"
    if KEY in doc.user_data:
        try:
            value = parse_json(doc.user_data[KEY], source=str(path), where="user_data")
            said = parse(value, source=str(path))
        except DataError as error:
            for fault in error.faults:
                findings.fault(f"{where} {fault.where}", "form", fault.message)
        else:
            if _was_changed(doc, said):
                message = (
                    f"its entities or span groups are no longer those of user_data[{KEY!r}], which is what "
                    f"is read; take that key away to have doc.spans[{ENTITIES!r}] read, and that to have "
                    "doc.ents read"
                )
                findings.fault(where, "form", message)
            places = {each.id: f"{where} {each.id}" for each in _all(said)}
            return AnnotatedText(said.article, doc.text, said.entities, said.events, places)
    given = next((doc.spans[key] for key in (ENTITIES, "sc") if key in doc.spans), doc.ents)
    mentions = [
        Mention(f"{where} token {e.start}", f"T{n}", e.label_, e.start_char, e.end_char)
        for n, e in enumerate(given, 1)
    ]
    triggers = doc.spans.get(TRIGGERS, [])
    happenings = [
        Happening(f"{where} token {e.start}", f"E{n}", e.label_, e.start_char, e.end_char)
        for n, e in enumerate(triggers, 1)
    ]
    return assemble(f"{path.stem}-{number + 1}", doc.text, mentions, happenings, schema, findings)


def _was_changed(doc: Any, said: Annotation) -> bool:
    """Whether somebody gave the Doc other entities or spans than the annotation it carries."""
    words = [Token(each.idx, each.idx + len(each.text), each.text) for each in doc]
    laid = lay([(*each.span, each.type) for each in said.entities], words)
    if [(each.start, each.end, each.label_) for each in doc.ents] != list(spans_of(laid.tags)):
        return True
    groups = {
        ENTITIES: [(*each.span, each.type) for each in said.entities],
        TRIGGERS: [(*each.trigger.span, each.type) for each in said.events],
    }
    return any(
        sorted((each.start, each.end, each.label_) for each in doc.spans[key])
        != sorted((*_over(words, start, end), label) for start, end, label in spans)
        for key, spans in groups.items()
        if key in doc.spans
    )
