"""Every way in which a submission can be wrong, each under a code that stays."""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """A fault's code; `meaning` says what is wrong. Codes are never given another meaning.

    `docs/submissions.md` shows them as a table, and a test holds it to this one.
    """

    meaning: str

    def __new__(cls, code: str, meaning: str) -> Code:
        """A code that knows its meaning."""
        member = str.__new__(cls, code)
        member._value_ = code
        member.meaning = meaning
        return member

    line = "KB001", "a line is not one JSON value in UTF-8, gives a key twice, or is longer than 64 MiB"
    empty = "KB002", "the file holds no record"
    record = "KB003", "a line is not an object"
    unknown_key = "KB004", "an object has a key that the format does not know"
    missing_key = "KB005", "an object lacks a key that the format needs"
    kind = "KB006", "a value is of the wrong kind (text, list, object)"
    mixed = "KB007", "records of one file differ in form, or in what they predict"
    form = "KB008", "the file is not of the form that its name says (.conll, .json, .spacy)"
    unknown_article = "KB010", "an article that is not in the split"
    doubled_article = "KB011", "an article has two records"
    missing_article = "KB012", "an article of the split has no record"
    unknown_sentence = "KB013", "a sentence that is not in the split"
    doubled_sentence = "KB014", "a sentence has two records"
    missing_sentence = "KB015", "a sentence of an article has no record"
    offset = "KB020", "an offset is not a whole number"
    order = "KB021", "a span is empty or reversed"
    bounds = "KB022", "a span begins before the text or ends past it"
    doubled = "KB023", "an entity, an event or an argument is given twice"
    entity_type = "KB024", "an entity type that is not in the schema"
    event_type = "KB025", "an event type that is not in the schema"
    role = "KB026", "a role that events of this type do not take"
    tag_count = "KB030", "a sentence has more or fewer tags than tokens"
    tag = "KB031", "a tag that is not O, B-<type> or I-<type>"
    sequence = "KB032", "an I- tag continues no mention of its type (mended by --repair)"
    columns = "KB033", "a line of a .conll file has other columns, or is of no article"
    word = "KB034", "a word is not the release's token in its place"
    text = "KB035", "a Doc's text is not that of the article"
