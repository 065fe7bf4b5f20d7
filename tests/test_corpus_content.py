"""What the corpus promises: articles of no mould, enough of every type, balanced splits, two passes each."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import combinations

from khabar.corpus import Corpus
from khabar.decisions import read_decisions
from khabar.files import read_json
from khabar.splitting import divide, report_of
from khabar.text.normalise import key

PARTS = {"authored": 24, "ntrex": 31, "eureporter": 1}
SIZES = {"train": 32, "validation": 8, "test": 16}
LEAST_EVENTS, LEAST_ENTITIES, LEAST_IN_TEST = 8, 25, 2
MOST_WORDS = 16
MOST_SHARED = 0.05
"""Of the word 5-grams of the shorter of two authored articles."""


def five_grams(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", key(text))
    return {tuple(words[at : at + 5]) for at in range(len(words) - 4)}


def test_the_corpus_has_the_articles_of_its_parts(repository_corpus: Corpus) -> None:
    assert Counter(each.source for each in repository_corpus.articles.values()) == PARTS


def test_no_two_authored_articles_are_from_one_mould(repository_corpus: Corpus) -> None:
    grams = {
        each.id: five_grams(each.text)
        for each in repository_corpus.articles.values()
        if each.text is not None
    }
    assert len(grams) == PARTS["authored"]
    shared = {
        (left, right): len(grams[left] & grams[right]) / min(len(grams[left]), len(grams[right]))
        for left, right in combinations(grams, 2)
    }
    assert {pair: share for pair, share in shared.items() if share > MOST_SHARED} == {}


def test_every_type_has_instances_enough_to_learn_and_to_judge_by(repository_corpus: Corpus) -> None:
    events = Counter(event.type for gold in repository_corpus.gold.values() for event in gold.events)
    entities = Counter(entity.type for gold in repository_corpus.gold.values() for entity in gold.entities)
    few_events = {
        name: events[name] for name in repository_corpus.schema.events if events[name] < LEAST_EVENTS
    }
    few_entities = {
        name: entities[name] for name in repository_corpus.schema.entities if entities[name] < LEAST_ENTITIES
    }
    assert (few_events, few_entities) == ({}, {})


def test_every_event_type_is_in_test(repository_corpus: Corpus) -> None:
    rows = report_of(repository_corpus, repository_corpus.splits).rows
    in_test = {each.name: each.by_split["test"] for each in rows if each.kind == "event"}
    assert set(in_test) == set(repository_corpus.schema.events)
    assert {name: count for name, count in in_test.items() if count < LEAST_IN_TEST} == {}


def test_the_splits_have_their_sizes(repository_corpus: Corpus) -> None:
    assert {split: len(ids) for split, ids in repository_corpus.splits.items()} == SIZES


def test_the_splits_are_what_their_program_makes_of_the_gold(repository_corpus: Corpus) -> None:
    said: list[str] = []
    divide(repository_corpus, check=True, tell=said.append)
    assert re.fullmatch(r"splits.yaml is what --seed \d+ --sizes 32/8/16 gives", said[-1])


def test_every_article_has_the_two_passes_its_decisions_name_and_gold(repository_corpus: Corpus) -> None:
    given = {
        name: {each.article for each in repository_corpus.annotations(name)}
        for name in repository_corpus.pass_names
    }
    paths = sorted((repository_corpus.folder / "decisions").glob("*.json"))
    assert (
        [path.stem for path in paths] == sorted(repository_corpus.articles) == sorted(repository_corpus.gold)
    )
    for path in paths:
        passes = read_decisions(path).passes
        assert len(set(passes)) == 2, path.stem
        assert all(path.stem in given[name] for name in passes), path.stem
        assert all(repository_corpus.annotators[name].role == "annotator" for name in passes), path.stem


def test_nothing_that_is_annotated_is_as_long_as_a_sentence(repository_corpus: Corpus) -> None:
    """Mentions are the only words of others in the repository: `test_architecture` forbids all else."""
    paths = sorted(repository_corpus.folder.rglob("*.json"))
    texts = {text for path in paths for text in texts_in(read_json(path))}
    assert texts
    assert [each for each in texts if len(each.split()) > MOST_WORDS or "\n" in each] == []


def texts_in(value: object) -> Iterator[str]:
    """What stands under `text` anywhere in a JSON value."""
    if isinstance(value, list):
        for each in value:
            yield from texts_in(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "text":
                yield each
            else:
                yield from texts_in(each)
