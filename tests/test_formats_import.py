"""Corpora of others in CoNLL-2003: every fault listed with its line, mended only if asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

from format_articles import first_article
from importing import TERMS, corpus, faults, taken
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError
from khabar.formats import Kind, Terms, conll2003, import_files, save_import
from release_corpus import OURS, corpus_of

__all__ = ["corpus"]  # a fixture


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


def test_a_word_with_white_space_at_its_edge_is_told_even_where_it_is_in_no_mention(
    corpus: Corpus, tmp_path: Path
) -> None:
    path = conll(tmp_path, "زار \tO", "\u00a0سامر\tB-PER", "بيروت\tB-GPE")
    assert faults(corpus, path, Kind.conll2003) == [("token", "line 1"), ("token", "line 2")]


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
