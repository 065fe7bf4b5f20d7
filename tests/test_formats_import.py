"""Corpora of others: what is wrong in them is listed with its line, and mended only if asked for."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import spacy

from conftest import entity_type, role
from format_articles import first_article
from khabar.corpus import Corpus
from khabar.document import Argument
from khabar.errors import CallError, DataError
from khabar.formats import Kind, Mending, Terms, brat, conll2003, files_of, import_files, save_import
from khabar.formats.importing import Imported
from release_corpus import OURS, corpus_of, make_checkout

TERMS = Terms("a", "ours")


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return corpus_of(make_checkout(tmp_path / "checkout", tiny_value, "a card"))


def taken(corpus: Corpus, path: Path, kind: Kind, terms: Terms = TERMS, **allowed: Any) -> Imported:
    return import_files(corpus, files_of(path, kind), kind, terms, mending=Mending(**allowed))


def faults(corpus: Corpus, path: Path, kind: Kind, **allowed: Any) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as raised:
        taken(corpus, path, kind, **allowed)
    return [(each.code, each.where) for each in raised.value.faults]


def conll(folder: Path, *lines: str, name: str = "حديث-1.conll") -> Path:
    path = folder / name
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


DIRTY = (
    "\ufeffزار O",
    "سامر B_PER",
    "النهري I--ORG",
    "لبنان MISS1",
    "أمس OO",
    "موسكو I-GPE",
    "",
    "\u200fبيروت\u200e B-GPE",
    "مدينةO",
    "في O O",
    "الحزب B-PARTY",
    "الكبير I-PARTY",
    "اليوم I-PER",
)


def test_every_fault_of_a_token_file_is_listed_with_its_line(corpus: Corpus, tmp_path: Path) -> None:
    assert faults(corpus, conll(tmp_path, *DIRTY), Kind.conll2003) == [
        ("bom", "line 1"),
        ("marks", "line 8"),
        ("separator", "line 9"),
        ("columns", "line 10"),
        ("label", "line 2"),
        ("label", "line 3"),
        ("label", "line 4"),
        ("label", "line 5"),
        ("type", "line 11"),
        ("type", "line 12"),
        ("sequence", "line 13"),
    ]


def test_a_report_counts_its_faults_and_names_the_flags_that_help(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DataError) as raised:
        taken(corpus, conll(tmp_path, "سامر I-PER", "زار B_PER"), Kind.conll2003)
    (report,) = raised.value.reports
    assert report.next_step == (
        "1 label, 1 sequence. Correct the file, or allow what you mean: --repair tags, --map OLD=NEW"
    )


def test_a_file_with_tabs_says_where_a_tab_is_missing(corpus: Corpus, tmp_path: Path) -> None:
    path = conll(tmp_path, "زار\tO", "سامر B-PER", "بيروت\tB-GPE")
    assert faults(corpus, path, Kind.conll2003) == [("separator", "line 2")]


def test_mending_what_was_asked_for_leaves_nothing_to_list(corpus: Corpus, tmp_path: Path) -> None:
    path = conll(tmp_path, *(line for line in DIRTY if line not in {"مدينةO", "في O O"}))
    names = {"B_PER": "B-PER", "I--ORG": "I-PER", "MISS1": "O", "OO": "O", "PARTY": ""}
    imported = taken(corpus, path, Kind.conll2003, names=names, tags=True, marks=True)
    (said,), (article,) = imported.annotations, imported.new
    assert article.text == "زار سامر النهري لبنان أمس موسكو\nبيروت الحزب الكبير اليوم"
    assert [(each.type, each.text) for each in said.entities] == [
        ("PER", "سامر النهري"),
        ("GPE", "موسكو"),
        ("GPE", "بيروت"),
        ("PER", "اليوم"),
    ]
    assert imported.mended == {
        "byte order marks": 1,
        "words without marks": 1,
        "names mapped": 6,
        "sequences mended": 2,
    }


def test_a_text_is_rebuilt_by_one_space_and_a_line_a_sentence_and_says_so(
    corpus: Corpus, tmp_path: Path
) -> None:
    path = conll(tmp_path, "زار O", "𐤀𐤁 B-PER", "", "😀 O", "بيروت B-GPE", name="B_1.conll")
    (article,) = taken(corpus, path, Kind.conll2003).new
    assert (article.id, article.text, article.title) == ("ours-b-1", "زار 𐤀𐤁\n😀 بيروت", None)
    assert article.origin == "written for a test; words joined by one space, a sentence a line"


def test_a_name_in_arabic_letters_becomes_a_digest_and_meets_no_other(corpus: Corpus, tmp_path: Path) -> None:
    paths = [conll(tmp_path, "زار O"), conll(tmp_path, "عاد O", name="خبر-1.conll")]
    found = import_files(corpus, paths, Kind.conll2003, TERMS).new
    assert [each.id for each in found] == [f"ours-{each.text_sha256[:10]}" for each in found]
    assert len({each.id for each in found}) == 2


def test_articles_are_told_by_docstart(corpus: Corpus, tmp_path: Path) -> None:
    path = conll(
        tmp_path, "-DOCSTART- -X- O O", "", "زار N B O", "", "-DOCSTART- (Two) O O O", "", "موسكو N B B-GPE",
        name="c.conll",
    )  # fmt: skip
    imported = taken(corpus, path, Kind.conll2003)
    assert [each.id for each in imported.new] == ["ours-c-1", "ours-two"]
    assert [len(each.entities) for each in imported.annotations] == [0, 1]


def test_what_was_exported_comes_back_onto_the_articles_own_text(corpus: Corpus, tmp_path: Path) -> None:
    """The corpus has the article, so offsets are those of its text, blank lines and all."""
    gold = corpus.gold["ours-1"]
    given = first_article()
    text = OURS["ours-1"]
    own = type(given)("ours-1", text, gold.entities, gold.events)
    for name, content in conll2003.write([own], "one", triggers=True).files.items():
        (tmp_path / name).write_bytes(content)
    imported = taken(corpus, tmp_path / "one.conll", Kind.conll2003, Terms("a"))
    (said,) = imported.annotations
    assert imported.new == ()
    assert [each.span for each in said.entities] == [
        each.span for each in gold.entities if each.text != "لبنان"
    ]
    assert said.events[0].attributes == {"realis": "actual"}
    assert imported.mended == {"attributes by default of the schema": 2}


def test_an_article_whose_words_differ_from_the_corpus_is_refused(corpus: Corpus, tmp_path: Path) -> None:
    path = conll(tmp_path, "-DOCSTART- (ours-1) O", "زار O")
    assert faults(corpus, path, Kind.conll2003) == [("text", "ours-1")]


def test_a_new_article_needs_a_source(corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="--source says which source new articles are of"):
        taken(corpus, conll(tmp_path, "زار O"), Kind.conll2003, Terms("a"))
    with pytest.raises(CallError, match="no annotator 'nobody'"):
        taken(corpus, conll(tmp_path, "زار O"), Kind.conll2003, Terms("nobody"))


def test_an_import_is_written_whole_and_again_changes_nothing(corpus: Corpus, tmp_path: Path) -> None:
    path = conll(tmp_path, "زار O", "سامر B-PER", name="new.conll")
    saved = save_import(corpus, taken(corpus, path, Kind.conll2003))
    assert sorted(each.name for each in saved.written) == ["ours-new.json", "ours-new.txt"]
    again = corpus_of(corpus.folder.parent)
    assert [each.entities[0].text for each in again.annotations("a") if each.article == "ours-new"] == [
        "سامر"
    ]
    second = taken(again, path, Kind.conll2003)
    assert second.new == ()
    assert save_import(again, second).written == ()


def test_a_pass_of_another_content_is_never_overwritten_unasked(corpus: Corpus, tmp_path: Path) -> None:
    path = conll(tmp_path, *(f"{word} O" for word in OURS["ours-3"].split()), name="ours-3.conll")
    imported = taken(corpus, path, Kind.conll2003, Terms("a"))
    with pytest.raises(DataError, match="--replace ours-3"):
        save_import(corpus, imported)
    assert [each.name for each in save_import(corpus, imported, replace=["ours-3"]).written] == [
        "ours-3.json"
    ]


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
    lines = [
        good | {"tokens": []},
        good | {"entity_mentions": [mention]},
        good | {"relation_mentions": [{}]},
        good | {"text": "بيروت"},
    ]
    path = tmp_path / "w.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in lines) + "{\n")
    assert Counter(faults(corpus, path, Kind.oneie)) == Counter(
        [
            ("form", "line 1 tokens"),
            ("", "line 5"),
            ("offsets", "line 2"),
            ("text", "line 4"),
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


# --- the corpora of others, where they are on this machine ------------------------------------------

LABEL = re.compile(r"O|[BI]-[A-Za-z][A-Za-z0-9]*")
MARK = re.compile("[\u00ad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


AQMAR = ("LOC", "MIS0", "MIS1", "MIS2", "MIS3", "MIS")


@pytest.fixture
def aqmar_corpus(tmp_path: Path, tiny_value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """A corpus whose schema has the types of AQMAR too."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    tiny_value["entity_types"] += [entity_type(name, str(key)) for key, name in enumerate(AQMAR, 4)]
    return corpus_of(make_checkout(tmp_path / "checkout", tiny_value, "a card"))


@pytest.mark.standoff
def test_the_dirt_of_aqmar_is_listed_to_the_last_line(aqmar_corpus: Corpus, corpora: Path) -> None:
    """28 files; what is expected is counted here by reading lines, with nothing of the importer."""
    files = sorted((corpora / "aqmar" / "articles").glob("*.txt"))
    with pytest.raises(DataError) as raised:
        import_files(aqmar_corpus, files, Kind.conll2003, TERMS)
    listed = Counter(
        (report.source, each.where, each.code) for report in raised.value.reports for each in report.faults
    )
    expected = aqmar_by_hand(files, {"PER", "ORG", *AQMAR})
    assert len(files) == 28
    assert listed == expected
    assert Counter(code for _, _, code in listed) == {"label": 8, "type": 3, "sequence": 68, "marks": 70}


def aqmar_by_hand(files: list[Path], known: set[str]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for path in files:
        before = "O"
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            word, _, label = line.partition(" ")
            place = (str(path), f"line {number}")
            if MARK.search(word):
                found[*place, "marks"] += 1
            if word and not LABEL.fullmatch(label):
                found[*place, "label"] += 1
            elif label[2:] and label[2:] not in known:
                found[*place, "type"] += 1
            if (
                label[:2] == "I-"
                and LABEL.fullmatch(label)
                and LABEL.fullmatch(before)
                and before[2:] != label[2:]
            ):
                found[*place, "sequence"] += 1
            before = label or "O"
    return found


@pytest.mark.standoff
def test_aqmar_comes_in_once_every_repair_is_named(
    aqmar_corpus: Corpus, corpora: Path, tmp_path: Path
) -> None:
    files = sorted((corpora / "aqmar" / "articles").glob("*.txt"))
    labels = {
        "OO": "O",
        "IO": "O",
        "I--ORG": "I-ORG",
        "B-MIS1`": "B-MIS1",
        "B-MIS-1": "B-MIS1",
        "B-MIS-2": "B-MIS2",
    }
    names = {**labels, "MISS1": "MIS1", "SPANISH": "", "ENGLISH": ""}
    imported = import_files(
        aqmar_corpus, files, Kind.conll2003, TERMS, mending=Mending(names, tags=True, marks=True)
    )
    lines = [line for path in files for line in path.read_text(encoding="utf-8").split("\n")]
    words = [MARK.sub("", line.partition(" ")[0]) for line in lines]
    assert len(imported.new) == 28
    assert sum(len(each.text.split()) for each in imported.new if each.text) == sum(map(bool, words))
    assert imported.mended["words without marks"] == 70
    assert imported.mended["names mapped"] == 11
    assert len(save_import(aqmar_corpus, imported).written) == 56
    there = corpus_of(aqmar_corpus.folder.parent).annotations("a")
    found = [len(each.entities) for each in there if each.article in {article.id for article in imported.new}]
    labels_that_begin = [line for line in lines if line.partition(" ")[2][:2] == "B-"]
    assert (len(found), sum(found)) == (28, len(labels_that_begin) - 2 + imported.mended["sequences mended"])


@pytest.mark.standoff
def test_the_events_of_brat_are_listed_where_we_have_no_place_for_them(
    tmp_path: Path, corpora: Path, tiny_value: dict[str, Any]
) -> None:
    """40 documents; every nested event, equivalence and second event of a trigger, counted by hand."""
    folder = corpora / "brat-events"
    corpus = corpus_of(make_checkout(tmp_path / "checkout", bionlp_schema(tiny_value, folder), "a card"))
    files = files_of(folder, Kind.brat)
    names = bionlp_names(folder)
    with pytest.raises(DataError) as raised:
        import_files(corpus, files, Kind.brat, TERMS, mending=Mending(names))
    by_hand = brat_by_hand(files)
    assert len(files) == 40
    assert Counter(each.code for each in raised.value.faults) == by_hand
    imported = import_files(corpus, files, Kind.brat, TERMS, mending=Mending(names, leave_out=True))
    events = [each for said in imported.annotations for each in said.events]
    assert len(imported.annotations) == 40
    assert len(events) == 305 - by_hand["same-trigger"]
    assert sum(len(said.entities) for said in imported.annotations) == 644 - 3
    assert Counter(fault.code for report in imported.left_out for fault in report.faults) == by_hand


def brat_by_hand(files: list[Path]) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        spans = {line.split("\t")[0]: line.split("\t")[1] for line in lines if line[0] == "T"}
        triggers = {line.split("\t")[1].split()[0].split(":")[1] for line in lines if line[0] == "E"}
        mentions = {
            name: [int(n) for n in span.split()[1:]] for name, span in spans.items() if name not in triggers
        }
        second = in_the_word_of_another(mentions, path.with_suffix(".txt").read_text(encoding="utf-8"))
        found["shared-word"] += len(second)
        seen: set[str] = set()
        for line in lines:
            found["equivalence"] += line[0] == "*"
            if line[0] != "E":
                continue
            trigger, *arguments = line.split("\t")[1].split()
            span = spans[trigger.split(":")[1]]
            if span in seen:
                found["same-trigger"] += 1
            else:
                found["event-as-argument"] += sum(":E" in each for each in arguments)
                found["argument"] += sum(each.split(":")[1] in second for each in arguments)
            seen.add(span)
    return +found


def in_the_word_of_another(mentions: dict[str, list[int]], text: str) -> set[str]:
    """Mentions that begin in the middle of a word (`K27` of `H3K27`) in which another one ends."""
    return {
        name
        for word in re.finditer(r"\w+", text)
        for name, (start, _) in mentions.items()
        if word.start() < start < word.end()
        and any(word.start() < end <= start for _, end in mentions.values())
    }


def bionlp_names(folder: Path) -> dict[str, str]:
    """Types without their underscores, which our names have not, and attributes in small letters."""
    said = {
        line.split("\t")[1].split(" ")[0].split(":")[0]
        for line in annotation_lines(folder)
        if line[0] in "TE"
    }
    return {each: each.replace("_", "") for each in said} | {
        "Negation": "negation",
        "Speculation": "speculation",
    }


def annotation_lines(folder: Path) -> list[str]:
    files = sorted(folder.rglob("*.ann"))
    return [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def bionlp_schema(value: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A schema in which every event type of the corpus takes every role of it."""
    lines = annotation_lines(folder)
    events = {line.split("\t")[1].split(":")[0].replace("_", "") for line in lines if line[0] == "E"}
    roles = {
        re.sub(r"\d+$", "", each.split(":")[0])
        for line in lines
        if line[0] == "E"
        for each in line.split("\t")[1].split()[1:]
    }
    pattern = value["event_types"][0]
    keys = iter("abcdefghijklmnopqrstuvwxyz")
    flag = value["entity_attributes"][0]
    value["entity_types"] = [entity_type("Protein", "1"), entity_type("Entity", "2")]
    value["entity_attributes"] = []
    value["common_roles"] = []
    given = [role(each, ["Protein", "Entity"], many=True) for each in sorted(roles)]
    value["event_types"] = [
        pattern | {"name": each, "hotkey": next(keys), "roles": given} for each in sorted(events)
    ]
    value["event_attributes"] = [
        flag | {"name": each, "applies_to": sorted(events), "hotkey": f"shift+{each[0]}"}
        for each in ("negation", "speculation")
    ]
    return value
