"""Rows of a release against the gold they come from, and what a corpus must have to be released."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from khabar.document import Annotation, Entity, canonical, write_annotation
from khabar.errors import CallError, DataError
from khabar.files import content_digest, sha256
from khabar.release import gold_digest, gold_documents, make_tables
from khabar.release.rows import mention_tags, segmented
from khabar.text import segment, tokenize
from release_corpus import CANARY, OURS, THEIRS, corpus_of, gold_of, make_checkout, write_theirs

FIRST = OURS["ours-1"]


@pytest.fixture
def checkout(tmp_path: Path, tiny_value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return make_checkout(tmp_path / "checkout", tiny_value, f"canary GUID {CANARY}")


def rewrite(path: Path, value: Any) -> None:
    path.write_text(yaml.safe_dump(value, allow_unicode=True, sort_keys=False), encoding="utf-8")


def test_a_document_row_holds_text_metadata_and_gold_in_canonical_order(checkout: Path) -> None:
    (row,) = gold_documents(corpus_of(checkout), "train")
    metadata = {
        name: row[name] for name in ("id", "source", "title", "published", "language", "licence", "origin")
    }
    assert metadata == {
        "id": "ours-1",
        "source": "ours",
        "title": "لقاء في بيروت 😀 أمس",
        "published": "2024-01-31",
        "language": "ar",
        "licence": "CC-BY-4.0",
        "origin": "written for a test",
    }
    assert (row["text"], row["text_sha256"]) == (FIRST, sha256(FIRST))
    assert row["entities"][3] == {
        "id": "T4", "type": "GPE", "start": 66, "end": 71, "text": "موسكو", "metonym": True,
    }  # fmt: skip
    assert [(each["type"], each["text"], each["metonym"]) for each in row["entities"]] == [
        ("GPE", "بيروت", False),
        ("PER", "سامر النهري", False),
        ("GPE", "بيروت", False),
        ("GPE", "موسكو", True),
        ("ORG", "وزارة خارجية لبنان", False),
        ("GPE", "لبنان", False),
    ]


def test_an_event_row_quotes_its_trigger_and_the_mentions_that_fill_its_roles(checkout: Path) -> None:
    (row,) = gold_documents(corpus_of(checkout), "train")
    assert row["events"][0] == {
        "id": "E1",
        "type": "Meet",
        "trigger": {"start": 21, "end": 26, "text": "التقى"},
        "realis": "actual",
        "arguments": [
            {"role": "Participant", "entity": "T2", "start": 27, "end": 38, "text": "سامر النهري"},
            {"role": "Place", "entity": "T3", "start": 51, "end": 56, "text": "بيروت"},
        ],
    }


def test_every_offset_of_every_row_points_at_its_words_past_emoji_and_astral_letters(checkout: Path) -> None:
    tables = make_tables(corpus_of(checkout))
    texts = {row["id"]: row["text"] for rows in tables.rows["documents"].values() for row in rows}
    quotes = [
        (texts[row["id"]], quote)
        for config in ("documents", "passes")
        for rows in tables.rows[config].values()
        for row in rows
        for quote in (*row["entities"], *(each["trigger"] for each in row["events"]))
    ]
    assert len(quotes) == 9 + 5 + 9 + 5 + 9 + 4  # gold, pass a, pass b (who saw no event in ours-3)
    assert all(text[quote["start"] : quote["end"]] == quote["text"] for text, quote in quotes)
    for config in ("ner", "triggers"):
        for row in (row for rows in tables.rows[config].values() for row in rows):
            spans = zip(row["starts"], row["ends"], strict=True)
            assert [texts[row["article"]][start:end] for start, end in spans] == row["tokens"]


def test_sentences_of_all_configurations_are_the_segmenters(checkout: Path) -> None:
    tables = make_tables(corpus_of(checkout))
    (row,) = tables.rows["documents"]["train"]
    expected = [(f"ours-1#{number}", each.start, each.end) for number, each in enumerate(segment(FIRST))]
    assert len(expected) == 3
    assert [(each["id"], each["start"], each["end"]) for each in row["sentences"]] == expected
    for config in ("ner", "triggers"):
        assert [each["id"] for each in tables.rows[config]["train"]] == [each[0] for each in expected]
        tokens = [token for each in tables.rows[config]["train"] for token in each["tokens"]]
        assert tokens == [token.text for token in tokenize(FIRST)]


def test_ner_tags_show_the_outermost_mentions_and_count_the_nested(checkout: Path) -> None:
    tables = make_tables(corpus_of(checkout))
    tagged = [
        (token, tag)
        for row in tables.rows["ner"]["train"]
        for token, tag in zip(row["tokens"], row["ner_tags"], strict=True)
        if tag != "O"
    ]
    assert tagged == [
        ("بيروت", "B-GPE"),
        ("سامر", "B-PER"),
        ("النهري", "I-PER"),
        ("بيروت", "B-GPE"),
        ("موسكو", "B-GPE"),
        ("وزارة", "B-ORG"),
        ("خارجية", "I-ORG"),
        ("لبنان", "I-ORG"),
    ]
    unshown = tables.unshown["ner"]["train"]
    assert (unshown.nested, unshown.crossing, unshown.off_token, unshown.cut) == (1, 0, 0, 0)


def test_of_two_events_on_one_trigger_the_tags_show_one_and_count_the_other(checkout: Path) -> None:
    tables = make_tables(corpus_of(checkout))
    tags = [tag for row in tables.rows["triggers"]["train"] for tag in row["trigger_tags"] if tag != "O"]
    assert tags == ["B-Meet", "B-Meet"]
    assert tables.unshown["triggers"]["train"].nested == 1
    assert tables.unshown["triggers"]["test"].nested == 0


def test_a_mention_over_two_sentences_is_shown_in_pieces_and_counted(checkout: Path) -> None:
    article = segmented(corpus_of(checkout).articles["ours-1"])
    end = article.sentences[1].end
    wide = Entity("T1", "ORG", 0, end, FIRST[:end])
    rows, unshown = mention_tags(article, Annotation("ours-1", sha256(FIRST), "gold", "1.0", (wide,)))
    assert [row.ner_tags[0] for row in rows[:2]] == ["B-ORG", "B-ORG"]
    assert unshown.cut == 1


def test_passes_have_a_row_per_article_and_annotator(checkout: Path) -> None:
    tables = make_tables(corpus_of(checkout))
    found = [(row["id"], row["annotator"], len(row["events"])) for row in tables.rows["passes"]["test"]]
    assert found == [("ours-3", "a", 1), ("ours-3", "b", 0)]


def test_an_article_without_its_text_is_left_out_named_and_fails_nothing(checkout: Path) -> None:
    tables = make_tables(corpus_of(checkout))
    assert tables.left_out.without_text == {"train": ["theirs-1"]}
    everywhere = {
        row.get("article", row["id"]) for by in tables.rows.values() for rows in by.values() for row in rows
    }
    assert everywhere == {"ours-1", "ours-2", "ours-3"}


def test_with_its_text_given_the_article_is_there_with_its_own_licence(
    checkout: Path, tmp_path: Path
) -> None:
    tables = make_tables(corpus_of(checkout, write_theirs(tmp_path / "elsewhere")))
    assert tables.left_out.without_text == {}
    ours, theirs = tables.rows["documents"]["train"]
    assert (ours["id"], theirs["id"], theirs["licence"]) == ("ours-1", "theirs-1", "CC-BY-SA-4.0")
    assert (theirs["title"], theirs["text"]) == (None, THEIRS)


def test_gold_in_no_split_is_named_and_not_released(checkout: Path) -> None:
    rewrite(
        checkout / "annotations" / "splits.yaml",
        {"train": ["ours-1"], "validation": ["ours-2"], "test": ["ours-3"]},
    )
    assert make_tables(corpus_of(checkout)).left_out.without_split == ["theirs-1"]


def test_the_gold_digest_is_that_of_the_documents_and_changes_with_one_label(checkout: Path) -> None:
    before = gold_digest(corpus_of(checkout), "test")
    assert before == content_digest(make_tables(corpus_of(checkout)).rows["documents"]["test"])
    gold = canonical(gold_of("ours-3", OURS["ours-3"]))
    fewer = Annotation("ours-3", gold.text_sha256, "gold", "1.0", gold.entities, ())
    write_annotation(checkout / "annotations" / "gold" / "ours-3.json", fewer)
    after = corpus_of(checkout)
    assert gold_digest(after, "test") != before
    assert gold_digest(after, "train") == gold_digest(corpus_of(checkout), "train")


def test_the_order_of_the_split_file_does_not_matter(checkout: Path, tmp_path: Path) -> None:
    texts = write_theirs(tmp_path / "elsewhere")
    before = gold_digest(corpus_of(checkout, texts), "train")
    splits = {"train": ["ours-1", "theirs-1"], "validation": ["ours-2"], "test": ["ours-3"]}
    rewrite(checkout / "annotations" / "splits.yaml", splits)
    assert gold_digest(corpus_of(checkout, texts), "train") == before


def test_an_unknown_split_is_an_error_of_the_call(checkout: Path) -> None:
    with pytest.raises(CallError, match="no split 'dev' \\(there are train, validation, test\\)"):
        gold_documents(corpus_of(checkout), "dev")


@pytest.mark.parametrize(
    ("splits", "told"),
    [
        (
            {"train": ["ours-1", "ours-2"], "validation": [], "test": ["ours-3"]},
            "validation: names no article; a release has no empty split",
        ),
        (
            {"train": ["ours-1", "ours-2"], "validation": ["ours-3"], "test": ["theirs-1"]},
            "test: would be empty: the text of theirs-1 is not on this machine",
        ),
    ],
)
def test_a_split_that_would_be_empty_is_named(
    checkout: Path, splits: dict[str, list[str]], told: str
) -> None:
    rewrite(checkout / "annotations" / "splits.yaml", splits)
    with pytest.raises(DataError) as caught:
        make_tables(corpus_of(checkout))
    assert [str(fault) for fault in caught.value.faults] == [told]


def test_a_split_without_any_pass_is_named(checkout: Path) -> None:
    for annotator in "ab":
        (checkout / "annotations" / "passes" / annotator / "ours-2.json").unlink()
    with pytest.raises(
        DataError, match="validation: `passes` would be empty: there is no annotator's pass of ours-2"
    ):
        make_tables(corpus_of(checkout))


def test_missing_gold_sources_and_annotators_are_told_together(checkout: Path) -> None:
    annotations = checkout / "annotations"
    (annotations / "gold" / "ours-2.json").unlink()
    rewrite(annotations / "annotators.yaml", [])
    sources = yaml.safe_load((annotations / "sources.yaml").read_text(encoding="utf-8"))
    rewrite(annotations / "sources.yaml", sources[1:])
    with pytest.raises(DataError) as caught:
        make_tables(corpus_of(checkout))
    assert [
        (Path(report.source).name, [str(fault) for fault in report.faults]) for report in caught.value.reports
    ] == [
        ("splits.yaml", ["validation: article 'ours-2' has no gold annotation"]),
        ("sources.yaml", ["no entry 'ours' (there are theirs)"]),
        ("annotators.yaml", ["no entry 'a' (there are none)", "no entry 'b' (there are none)"]),
    ]


def test_faults_of_gold_and_passes_come_together(checkout: Path) -> None:
    annotations = checkout / "annotations"
    (annotations / "gold" / "ours-1.json").write_text("{", encoding="utf-8")
    (annotations / "passes" / "b" / "ours-2.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        make_tables(corpus_of(checkout))
    assert [Path(report.source).parts[-2:] for report in caught.value.reports] == [
        ("gold", "ours-1.json"),
        ("b", "ours-2.json"),
    ]
