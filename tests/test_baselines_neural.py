"""The neural baseline: its CRF against brute force, its gradients against differences, what it learns."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline_articles import assert_valid, marked_rows, new, row, shown, shown_events
from conftest import tiny_schema_value
from khabar.alignment import illegal_tags
from khabar.baselines import neural
from khabar.baselines.chain import best, forbidden, gradients, labels_of, marginals
from khabar.baselines.neural import model, vocabulary
from khabar.baselines.neural.vocabulary import Bags
from khabar.errors import CallError
from khabar.schema import Schema
from khabar.text import segment
from test_baselines_crf import TRAIN

LABELS = labels_of(["A", "B"])


# --- the CRF on top ---------------------------------------------------------------------------------


def scores_of(*lengths: int) -> tuple[Any, Any]:
    """Scores of sentences of so many words, and which places hold a word."""
    random = np.random.default_rng(7)
    words = np.arange(max(lengths)) < np.array(lengths)[:, None]
    return random.normal(size=(*words.shape, len(LABELS))).astype("f"), words


def limits() -> tuple[Any, Any]:
    random = np.random.default_rng(8)
    steps, first = forbidden(LABELS)
    return steps + random.normal(size=steps.shape).astype("f"), first + random.normal(size=5).astype("f")


def paths(scores: Any, steps: Any, first: Any) -> dict[tuple[int, ...], float]:
    """The score of every tag sequence of one sentence, legal or not."""
    return {
        path: float(
            first[path[0]]
            + sum(scores[word, tag] for word, tag in enumerate(path))
            + sum(steps[pair] for pair in pairwise(path))
        )
        for path in product(range(len(LABELS)), repeat=len(scores))
    }


def test_marginals_are_those_of_all_tag_sequences_together() -> None:
    scores, words = scores_of(4, 2)
    steps, first = limits()
    found, by_step = marginals(scores, words, steps, first)
    expected, expected_steps = np.zeros_like(scores), np.zeros_like(steps)
    for sentence, length in enumerate((4, 2)):
        every = paths(scores[sentence, :length], steps, first)
        total = np.logaddexp.reduce(list(every.values()))
        for path, score in every.items():
            for word, tag in enumerate(path):
                expected[sentence, word, tag] += np.exp(score - total)
            for pair in pairwise(path):
                expected_steps[pair] += np.exp(score - total)
    assert np.allclose(found, expected, atol=1e-5)
    assert np.allclose(by_step, expected_steps, atol=1e-5)


def loss(scores: Any, words: Any, steps: Any, first: Any, right: Any) -> float:
    total = 0.0
    for sentence, length in enumerate(words.sum(1)):
        every = paths(scores[sentence, :length].astype("d"), steps.astype("d"), first.astype("d"))
        total += float(np.logaddexp.reduce(list(every.values())) - every[tuple(right[sentence, :length])])
    return total


def test_gradients_are_the_differences_of_the_loss() -> None:
    scores, words = scores_of(3, 2)
    steps, first = limits()
    right = np.array([[1, 2, 0], [0, 3, 0]])
    by_scores, by_steps, by_first = gradients(scores, words, steps, first, right)
    small = 1e-3
    for place in product(range(2), range(3), range(len(LABELS))):
        up, down = scores.copy(), scores.copy()
        up[place] += small
        down[place] -= small
        slope = (loss(up, words, steps, first, right) - loss(down, words, steps, first, right)) / (2 * small)
        assert by_scores[place] == pytest.approx(slope, abs=2e-3)
    for parameter, found in ((steps, by_steps), (first, by_first)):
        for place in np.ndindex(parameter.shape):
            kept = parameter[place]
            parameter[place] = kept + small
            above = loss(scores, words, steps, first, right)
            parameter[place] = kept - small
            below = loss(scores, words, steps, first, right)
            parameter[place] = kept
            assert found[place] == pytest.approx((above - below) / (2 * small), abs=2e-3)


@given(st.integers(1, 5), st.integers(0, 1000))
def test_the_best_tags_are_legal_and_no_legal_tags_score_higher(length: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, len(LABELS))).astype("f")
    found = best(scores, LABELS)
    every = paths(scores, *forbidden(LABELS))
    assert illegal_tags(found) == []
    assert every[tuple(LABELS.index(each) for each in found)] == pytest.approx(max(every.values()), abs=1e-4)


# --- bags -------------------------------------------------------------------------------------------


def test_features_that_train_has_once_are_no_part_of_the_vocabulary(tiny_schema: Schema) -> None:
    nothing = model.fit([row("a", "x")], tiny_schema, members=0).decoder.lexicons
    (sentence,) = segment("روسيا روسيا تونس")
    words = vocabulary.learn([(sentence, nothing)])
    assert "w=روسيا" in words.row_of
    assert "w=تونس" not in words.row_of
    bags = words.bags(segment("باريس؟")[0], nothing)
    assert bags.lengths.sum() == len(bags.rows)
    assert bags.lengths.min() >= 1


def test_thinning_leaves_every_word_its_first_feature() -> None:
    bags = Bags(np.arange(6, dtype="i"), np.array([1, 3, 2], dtype="i"))
    thin = vocabulary.thinned(bags, 1.0, np.random.default_rng(0))
    assert (thin.rows.tolist(), thin.lengths.tolist()) == ([0, 1, 4], [1, 1, 1])
    whole = vocabulary.thinned(bags, 0.0, np.random.default_rng(0))
    assert (whole.rows.tolist(), whole.lengths.tolist()) == (bags.rows.tolist(), bags.lengths.tolist())


# --- the whole --------------------------------------------------------------------------------------


PLACES = ["".join(letters) for letters in product("بتسم", "ارو", "لنقد", "هيا")]
"""Names of no place, each so rare in train that only what stands around it tells what it is."""


@pytest.fixture(scope="module")
def trained(tiny_schema: Schema) -> model.Neural:
    pairs = zip(PLACES[:80:2], PLACES[1:80:2], strict=True)
    train = [
        row(f"t{number}", f"<Meet التقى> الوزير [PER سامر] في مدينة [GPE {place}] ثم سافر إلى [GPE {other}].")
        for number, (place, other) in enumerate(pairs)
    ]
    return model.fit(train, tiny_schema, seed=1, members=2)


def test_the_networks_find_names_they_never_saw_by_their_surroundings(trained: model.Neural) -> None:
    text = "😀 التقى الوزير سامر في مدينة الدوحة ثم سافر إلى برلين."
    record = trained.predict(new(text))
    assert shown(text, record) == [("PER", "سامر"), ("GPE", "الدوحة"), ("GPE", "برلين")]
    assert [(kind, words) for kind, words, _ in shown_events(text, record)] == [("Meet", "التقى")]


def test_a_sentence_gets_the_same_tags_whatever_stands_beside_it(trained: model.Neural) -> None:
    one, other = "التقى الوزير سامر في مدينة بيروت.", "رفضت تونس خطة الأمم المتحدة."
    alone = trained.predict(new(one))["entities"]
    both = trained.predict(new(f"{one}\n{other}"))["entities"]
    assert both[: len(alone)] == alone


def test_without_training_articles_the_networks_predict_nothing(tiny_schema: Schema) -> None:
    record = neural.fit([], tiny_schema).predict(new("التقى سامر ليلى"))
    assert record == {"article": "new", "entities": [], "events": []}


SCRIPT = """
import json, sys, numpy
from khabar.baselines.neural import model
from khabar.files import sha256
from khabar.schema import Schema
from khabar.text import segment
from test_baselines_crf import TRAIN

numpy.random.seed(int(sys.argv[2]))
schema = Schema.model_validate(json.loads(sys.argv[1]))
fitted = model.fit(TRAIN, schema, seed=int(sys.argv[3]), members=1)
bags = fitted.words.bags(segment(TRAIN[0]["text"])[0], fitted.decoder.lexicons)
found = b"".join(each.tobytes() for each in fitted.networks[0].probabilities(bags))
print(sha256(found), numpy.random.random())
"""


@pytest.mark.slow
def test_predictions_depend_on_the_seed_alone_and_numpy_keeps_its_own(repository: Path) -> None:
    path = os.pathsep.join(str(repository / each) for each in ("src", "tests"))

    def printed(hash_seed: str, numpy_seed: str, seed: str) -> list[str]:
        return subprocess.run(
            [sys.executable, "-c", SCRIPT, json.dumps(tiny_schema_value()), numpy_seed, seed],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": hash_seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.split()

    first, second, other = printed("1", "5", "3"), printed("2", "6", "3"), printed("1", "5", "4")
    assert first[0] == second[0] != other[0]
    np.random.seed(5)
    assert float(first[1]) == np.random.random()


def test_without_thinc_the_call_says_what_to_install(
    tiny_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "thinc.api", None)
    with pytest.raises(CallError, match=r"pip install khabar\[neural\]"):
        neural.fit(TRAIN, tiny_schema)


@settings(deadline=None, max_examples=15)
@given(train=st.lists(marked_rows(), max_size=3), article=marked_rows())
def test_predictions_of_the_networks_are_valid_whatever_they_learnt(
    tiny_schema: Schema, train: list[dict[str, Any]], article: dict[str, Any]
) -> None:
    record = model.fit(train, tiny_schema, members=1).predict(article)
    assert_valid(record, article["text"], tiny_schema)
