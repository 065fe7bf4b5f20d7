"""Corpora of others in brat, OneIE, DocBin and CoNLL-U Plus: every fault listed with its place."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
import spacy

from format_articles import first_article
from importing import corpus, faults, taken
from khabar.corpus import Corpus
from khabar.document import Argument
from khabar.errors import CallError
from khabar.formats import Kind, brat, docbin, files_of

__all__ = ["corpus"]  # a fixture


ANN = (
    "T1\tPER 5 9\tسامر",
    "T2\tGPE 10 15\tبيروت",
    "T3\tMeet 0 4\tالتق",
    "E1\tMeet:T3 Participant:T1 Place:T2",
    "A1\trealis E1 future",
)
BRAT_TEXT = "التق سامر بيروت\nترفض خطة\n"


def in_brat(folder: Path, *lines: str, text: str = BRAT_TEXT, name: str = "doc") -> Path:
    (folder / "brat" / "part").mkdir(parents=True, exist_ok=True)
    path = folder / "brat" / "part" / f"{name}.ann"
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    path.with_suffix(".txt").write_text(text, encoding="utf-8")
    return folder / "brat"


def test_mentions_that_clash_are_listed_and_the_later_left_out_with_its_argument(
    corpus: Corpus, tmp_path: Path
) -> None:
    text = "وزارة خارجية لبنان\nNATO-EU التقت\n"
    lines = [
        "T1\tORG 0 12\tوزارة خارجية",
        "T2\tORG 6 18\tخارجية لبنان",
        "T3\tGPE 13 18\tلبنان",
        "T4\tORG 13 18\tلبنان",
        "T5\tORG 19 21\tNA",
        "T6\tORG 21 23\tTO",
        "T7\tMeet 27 32\tالتقت",
        "E1\tMeet:T7 Participant:T5 Participant2:T6",
    ]
    path = in_brat(tmp_path, *lines, text=text)
    assert faults(corpus, path, Kind.brat) == [
        ("crossing", "line 2"),
        ("same-span", "line 4"),
        ("shared-word", "line 6"),
        ("argument", "line 8"),
    ]
    (said,) = taken(corpus, path, Kind.brat, leave_out=True).annotations
    assert [each.id for each in said.entities] == ["T1", "T3", "T5"]
    assert said.events[0].arguments == (Argument("Participant", "T5"),)


def test_brat_folders_give_events_with_roles_and_attributes(corpus: Corpus, tmp_path: Path) -> None:
    in_brat(tmp_path, *ANN, name="one")
    imported = taken(corpus, in_brat(tmp_path, text="بلا شيء\n", name="two"), Kind.brat)
    first, second = imported.annotations
    assert (imported.files, second.events, second.article) == (2, (), "ours-two")
    (event,) = first.events
    assert event.arguments == (Argument("Participant", "T1"), Argument("Place", "T2"))
    assert event.attributes == {"realis": "future"}


UNHELD = (
    "T4\tReject 16 20\tترفض",
    "E2\tReject:T4 Proposal:E1",
    "T5\tPER 0 4;10 15\tالتق بيروت",
    "E3\tMeet:T3 Participant:T5",
    "R1\tNear Arg1:T1 Arg2:T2",
    "*\tEquiv T1 T2",
    "N1\tReference T2 Wikidata:Q3820\tبيروت",
    "#1\tAnnotatorNotes T1\tلعله غيره",
)


def test_what_our_format_has_no_place_for_is_listed_and_refused(corpus: Corpus, tmp_path: Path) -> None:
    assert faults(corpus, in_brat(tmp_path, *ANN, *UNHELD), Kind.brat) == [
        ("relation", "line 10"),
        ("equivalence", "line 11"),
        ("normalisation", "line 12"),
        ("note", "line 13"),
        ("discontinuous", "line 8"),
        ("event-as-argument", "line 7"),
        ("same-trigger", "line 9"),
    ]


def test_what_our_format_has_no_place_for_may_be_left_out_and_is_counted(
    corpus: Corpus, tmp_path: Path
) -> None:
    imported = taken(corpus, in_brat(tmp_path, *ANN, *UNHELD), Kind.brat, leave_out=True)
    (said,), (report,) = imported.annotations, imported.left_out
    assert len(report.faults) == 7
    assert [(each.type, len(each.arguments)) for each in said.events] == [("Meet", 2), ("Reject", 0)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("T9 PER 5 9 سامر", "line"),
        ("T9\tPER 5 9\tسامرا", "offsets"),
        ("T9\tPER 5 99\tسامر", "offsets"),
        ("T1\tPER 16 20\tترفض", "id"),
        ("E9\tMeet:T77", "reference"),
        ("E9\tReject:T3", "trigger"),
        ("A9\trealis E8 future", "reference"),
        ("Z1\twhat", "line"),
        ("T9\tCITY 16 20\tترفض", "rule"),
        ("E1\tMeet:T3 Sitter:T1", "id"),
    ],
)
def test_a_wrong_line_of_brat_is_told_with_its_number(
    corpus: Corpus, tmp_path: Path, line: str, code: str
) -> None:
    found = faults(corpus, in_brat(tmp_path, *ANN, line), Kind.brat)
    assert (code, "line 6") in [(kind, where.split(" T")[0].split(" E")[0]) for kind, where in found]


def test_a_role_the_schema_lacks_is_told_with_the_line_of_its_event(corpus: Corpus, tmp_path: Path) -> None:
    lines = [*ANN[:3], "E1\tMeet:T3 Sitter:T1"]
    assert faults(corpus, in_brat(tmp_path, *lines), Kind.brat) == [("rule", "line 4 E1.arguments[0].role")]


def test_marks_in_a_text_are_listed_and_mended_with_all_offsets(corpus: Corpus, tmp_path: Path) -> None:
    text = "\ufeffالتق \u200fسامر\u200e بيروت\n"
    lines = ["T1\tPER 7 11\tسامر", "T2\tGPE 13 18\tبيروت", "T3\tMeet 1 5\tالتق", "E1\tMeet:T3 Place:T2"]
    path = in_brat(tmp_path, *lines, text=text)
    assert faults(corpus, path, Kind.brat) == [("marks", "doc text line 1")]
    imported = taken(corpus, path, Kind.brat, marks=True)
    (said,), (article,) = imported.annotations, imported.new
    assert article.text == "التق سامر بيروت\n"
    assert [each.text for each in said.entities] == ["سامر", "بيروت"]
    assert said.events[0].trigger.span == (0, 4)


def test_oneie_without_text_is_laid_on_its_tokens(corpus: Corpus, tmp_path: Path) -> None:
    window = {
        "doc_id": "Wiki 7",
        "wnd_id": "Wiki-7-0",
        "tokens": ["التقى", "سامر", "😀", "موسكو"],
        "entity_mentions": [
            {"id": "a", "entity_type": "PERSON", "text": "سامر", "start": 1, "end": 2},
            {"id": "b", "entity_type": "GPE", "text": "موسكو", "start": 3, "end": 4},
        ],
        "relation_mentions": [],
        "event_mentions": [
            {
                "id": "e",
                "event_type": "Meet",
                "trigger": {"text": "التقى", "start": 0, "end": 1},
                "arguments": [{"entity_id": "a", "role": "Entity", "text": "سامر"}],
            }
        ],
    }
    path = tmp_path / "w.jsonl"
    path.write_text(json.dumps(window) + "\n" + json.dumps(window | {"event_mentions": []}) + "\n")
    names = {"PERSON": "PER", "Entity": "Participant"}
    (said,) = taken(corpus, path, Kind.oneie, names=names).annotations
    assert [each.span for each in said.entities] == [(6, 10), (13, 18), (25, 29), (32, 37)]
    assert said.article == "ours-wiki-7"
    assert said.events[0].arguments == (Argument("Participant", "0:a"),)


def test_wrong_windows_of_oneie_are_told_with_their_lines(corpus: Corpus, tmp_path: Path) -> None:
    good = {"doc_id": "d", "tokens": ["موسكو"], "entity_mentions": [], "event_mentions": []}
    mention = {"id": "a", "entity_type": "GPE", "text": "موسكو", "start": 0, "end": 2}
    trigger = {"text": "زار", "start": 0, "end": 1}
    event = {"id": "e", "event_type": "Meet", "trigger": trigger, "arguments": []}
    lines = [
        good | {"tokens": []},
        good | {"entity_mentions": [mention]},
        good | {"relation_mentions": [{}]},
        good | {"text": "بيروت"},
        good | {"entity_mentions": [mention | {"text": "بيروت", "end": 1}]},
        good | {"entity_mentions": [mention | {"end": 1, "start_char": 0, "end_char": 8}]},
        good | {"event_mentions": [event]},
    ]
    path = tmp_path / "w.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines) + "{\n")
    assert Counter(faults(corpus, path, Kind.oneie)) == Counter(
        [
            ("form", "line 1 tokens"),
            ("", "line 8"),
            ("offsets", "line 2"),
            ("text", "line 4"),
            ("text", "line 5"),
            ("offsets", "line 6"),
            ("text", "line 7"),
            ("relation", "line 3"),
        ]
    )


def test_a_docbin_of_others_is_read_by_its_entities(corpus: Corpus, tmp_path: Path) -> None:
    doc = spacy.tokens.Doc(spacy.blank("ar").vocab, ["زار", "سامر", "𐤀", "بيروت"])
    doc.ents = [spacy.tokens.Span(doc, 1, 3, label="PER"), spacy.tokens.Span(doc, 3, 4, label="GPE")]
    spacy.tokens.DocBin(docs=[doc]).to_disk(tmp_path / "foreign.spacy")
    (said,) = taken(corpus, tmp_path / "foreign.spacy", Kind.docbin).annotations
    assert [(each.type, each.text) for each in said.entities] == [("PER", "سامر 𐤀"), ("GPE", "بيروت")]
    (tmp_path / "torn.spacy").write_bytes((tmp_path / "foreign.spacy").read_bytes()[:40])
    assert faults(corpus, tmp_path / "torn.spacy", Kind.docbin) == [("form", "")]


def test_a_docbin_of_ours_that_was_given_other_entities_is_not_read_as_it_was(
    corpus: Corpus, tmp_path: Path
) -> None:
    """A pipeline run over an export sets `doc.ents`, and what was exported is still beside them."""
    (tmp_path / "ours.spacy").write_bytes(
        docbin.write([first_article()], "ours", corpus.schema).files["ours.spacy"]
    )
    path = tmp_path / "changed.spacy"
    for change in ("entities", "group", "none"):
        (doc,) = spacy.tokens.DocBin().from_disk(tmp_path / "ours.spacy").get_docs(spacy.blank("ar").vocab)
        if change == "entities":
            doc.ents = [*doc.ents[1:], spacy.tokens.Span(doc, 0, 1, label="ORG")]
        elif change == "group":
            doc.spans["triggers"] = list(doc.spans["triggers"])[1:]
        spacy.tokens.DocBin(docs=[doc], store_user_data=True).to_disk(path)
        if change == "none":
            assert len(taken(corpus, path, Kind.docbin).annotations) == 1
        else:
            assert faults(corpus, path, Kind.docbin) == [("form", "doc 0")]


UNIVERSAL = """# global.columns = ID FORM UD:NER MISC
# newdoc id = one
# sent_id = 1
# text = وزار بيروت.
1-2\tوزار\t_\t_
1\tو\tO\t_
2\tزار\tO\t_
3\tبيروت\tB-GPE\tSpaceAfter=No
4\t.\tO\t_

# text = انتهى
1\tانتهى\tO\t_
1.1\tشبح\tO\t_

"""


def test_conllu_plus_of_others_keeps_surface_words_and_spaces(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "u.conllup"
    path.write_text(UNIVERSAL, encoding="utf-8")
    imported = taken(corpus, path, Kind.conllu_plus)
    assert imported.new[0].text == "وزار بيروت.\nانتهى"
    assert [each.span for each in imported.annotations[0].entities] == [(5, 10)]


def test_wrong_lines_of_conllu_plus_are_told(corpus: Corpus, tmp_path: Path) -> None:
    path = tmp_path / "u.conllup"
    path.write_text(
        UNIVERSAL.replace("\tB-GPE\t", "\tI-GPE\t").replace("4\t.\tO\t_", "4 . O"), encoding="utf-8"
    )
    assert faults(corpus, path, Kind.conllu_plus) == [
        ("separator", "line 9"),
        ("text", "line 5"),
        ("sequence", "line 8"),
    ]
    path.write_text("1\tبيروت\tO\n", encoding="utf-8")
    assert faults(corpus, path, Kind.conllu_plus) == [("columns", "line 1")]


def test_no_file_of_the_format_is_a_wrong_call(tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"no \*\.ann in"):
        files_of(tmp_path, Kind.brat)
    assert brat.SUFFIX == ".ann"
