"""Submissions of tags: read as whole words, refused with their places, mended where asked."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.alignment import illegal_tags
from khabar.errors import DataError
from khabar.schema import Schema
from khabar.scoring import Gold, judge_records
from khabar.scoring.codes import Code
from khabar.scoring.extraction import Event
from khabar.scoring.gold import Article
from khabar.scoring.labels import mend, spans
from scoring_gold import AMMAN, Record, faults_of, tag_records


def test_right_tags_give_entities_and_triggers_as_whole_words_and_no_arguments(
    gold: Gold, tiny_schema: Schema
) -> None:
    submission = judge_records(tag_records(gold), gold, tiny_schema)
    assert submission.tasks == {"entities", "triggers"}
    said = submission.articles["test-amman"]
    start = AMMAN.index("لعمّان")
    assert (start, start + len("لعمّان"), "GPE") in said.entities
    trigger = AMMAN.index("وناقشت")
    assert said.events == (Event("Meet", trigger, trigger + len("وناقشت")),)


def test_tags_of_one_column_predict_one_task(gold: Gold, tiny_schema: Schema) -> None:
    lines = [{"id": each["id"], "trigger_tags": each["trigger_tags"]} for each in tag_records(gold)]
    assert judge_records(lines, gold, tiny_schema).tasks == {"triggers"}


def test_faults_of_tags_have_their_codes_and_places(gold: Gold, tiny_schema: Schema) -> None:
    lines = tag_records(gold)
    lines[0]["ner_tags"] = [*lines[0]["ner_tags"], "O"]
    lines[1]["ner_tags"][:5] = ["b-per", "B-<script>", None, 3, "I-PER"]
    lines[1]["trigger_tags"][1] = "B-PER"
    lines[2]["trigger_tags"] = "OOO"
    names = [f"record {number} {each['id']!r}" for number, each in enumerate(lines, 1)]
    assert faults_of(lines, gold, tiny_schema) == [
        (Code.tag_count, f"{names[0]} ner_tags"),
        (Code.tag, f"{names[1]} ner_tags[0]"),
        (Code.entity_type, f"{names[1]} ner_tags[1]"),
        (Code.kind, f"{names[1]} ner_tags[2]"),
        (Code.kind, f"{names[1]} ner_tags[3]"),
        (Code.event_type, f"{names[1]} trigger_tags[1]"),
        (Code.kind, f"{names[2]} trigger_tags"),
    ]


def test_missing_extra_and_doubled_sentences_are_told_together(gold: Gold, tiny_schema: Schema) -> None:
    lines = tag_records(gold)
    assert [each["id"] for each in lines][:2] == ["test-amman#0", "test-amman#1"]
    spoilt = [lines[0], copy.deepcopy(lines[0]), {**lines[1], "id": "test-amman#9"}]
    assert faults_of(spoilt, gold, tiny_schema) == [
        (Code.doubled_sentence, "record 2 'test-amman#0'"),
        (Code.unknown_sentence, "record 3 'test-amman#9'"),
        (Code.missing_article, "'test-beirut'"),
        (Code.missing_sentence, "'test-amman#1'"),
    ]


def broken(gold: Gold) -> list[Record]:
    """Tags of which three continue nothing."""
    lines = tag_records(gold)
    tags = ["O"] * len(lines[0]["ner_tags"])
    tags[0], tags[1], tags[2] = "I-PER", "I-PER", "I-GPE"
    lines[0]["ner_tags"] = tags
    lines[1]["trigger_tags"][0] = "I-Meet"
    lines[1]["trigger_tags"][1] = "O"
    return lines


def test_an_inside_tag_that_continues_nothing_is_refused_with_its_place(
    gold: Gold, tiny_schema: Schema
) -> None:
    with pytest.raises(DataError) as caught:
        judge_records(broken(gold), gold, tiny_schema)
    assert [str(each) for each in caught.value.faults] == [
        "KB032 record 1 'test-amman#0' ner_tags[0]: found I-PER after the beginning of the sentence",
        "KB032 record 1 'test-amman#0' ner_tags[2]: found I-GPE after I-PER",
        "KB032 record 2 'test-amman#1' trigger_tags[0]: found I-Meet after the beginning of the sentence",
    ]


def test_repair_begins_a_mention_there_and_says_how_many_tags_it_mended(
    gold: Gold, tiny_schema: Schema
) -> None:
    submission = judge_records(broken(gold), gold, tiny_schema, repair=True)
    assert submission.mended == 3
    words = [AMMAN[start:end] for start, end, _ in submission.articles["test-amman"].entities[:2]]
    assert words == ["سافرت ليلى", "لعمّان"]
    assert judge_records(tag_records(gold), gold, tiny_schema, repair=True).mended == 0


@given(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B", "I-B"]), max_size=10))
def test_mended_tags_are_legal_and_legal_tags_are_left_alone(tags: list[str]) -> None:
    illegal = illegal_tags(tags)
    mended = mend(tags, illegal)
    assert illegal_tags(mended) == []
    assert (mended == tags) == (not illegal)
    assert [tag[2:] for tag in mended] == [tag[2:] for tag in tags]


@settings(deadline=None)
@given(st.data())
def test_legal_tags_laid_on_the_words_again_are_the_same_tags(
    gold_article: Article, data: st.DataObject
) -> None:
    said: list[list[str]] = []
    for sentence in gold_article.sentences:
        size = len(sentence.tokens)
        drawn = data.draw(st.lists(st.sampled_from(["O", "B-A", "I-A", "B-B"]), min_size=size, max_size=size))
        said.append(mend(drawn, illegal_tags(drawn)))
    found = [
        span
        for tags, sentence in zip(said, gold_article.sentences, strict=True)
        for span in spans(tags, sentence.tokens)
    ]
    assert gold_article.show(found).tags == said


@pytest.fixture(scope="module")
def gold_article(gold: Gold) -> Article:
    """An article of two sentences."""
    return gold.articles["test-beirut"]
