"""The CRF baseline: features, edges of spans, little and odd training data, sanity on real data."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import f1_score
from seqeval.scheme import IOB2

from baseline_articles import assert_valid, marked_rows, new, row, shown, shown_events
from conftest import tiny_schema_value
from khabar.alignment import by_sentence, lay
from khabar.baselines import crf, edges, lexicon
from khabar.baselines.features import sentence_features, shape, stem
from khabar.baselines.lexicon import LabelledText
from khabar.errors import CallError
from khabar.schema import Schema
from khabar.text import segment

PLACES = ["روسيا", "بيروت", "دمشق", "عمّان", "تونس", "بغداد"]
TRAIN = [
    row(
        f"t{number}",
        f"<Meet التقى> الوزير [PER سامر] في مدينة [GPE {place}] ثم سافر إلى [GPE {other}] و[GPE {place}].\n"
        f"<Reject رفضت> [GPE {other}] خطة [ORG الأمم المتحدة] عن رسالة ل[ORG لأمم المتحدة].",
        (0, "Participant", 0),
        (0, "Place", 1),
        (1, "Rejecter", 4),
        (1, "Proposal", 5),
    )
    for number, (place, other) in enumerate(zip(PLACES, PLACES[1:] + PLACES[:1], strict=True))
]


def test_the_crf_finds_names_it_never_saw_by_their_surroundings(tiny_schema: Schema) -> None:
    text = "التقى الوزير سامر في مدينة الدوحة ثم سافر إلى باكو وروسيا."
    record = crf.fit(TRAIN, tiny_schema).predict(new(text))
    assert shown(text, record) == [("PER", "سامر"), ("GPE", "الدوحة"), ("GPE", "باكو"), ("GPE", "روسيا")]
    assert shown_events(text, record) == [
        ("Meet", "التقى", [("Participant", "سامر"), ("Place", "الدوحة")]),
    ]


def test_a_mention_of_the_crf_after_lil_begins_at_the_second_lam(tiny_schema: Schema) -> None:
    text = "رفضت تونس خطة الأمم المتحدة عن رسالة للأمم المتحدة."
    record = crf.fit(TRAIN, tiny_schema).predict(new(text))
    assert record["entities"][-1] == {"start": 38, "end": 50, "type": "ORG"}


def test_a_mention_of_the_crf_after_an_emoji_keeps_its_offsets(tiny_schema: Schema) -> None:
    text = "😀🇱🇧\nالتقى الوزير سامر في مدينة بيروت 𐤀."
    record = crf.fit(TRAIN, tiny_schema).predict(new(text))
    assert shown(text, record) == [("PER", "سامر"), ("GPE", "بيروت")]


def test_a_name_known_inside_a_longer_mention_is_nested_in_it(tiny_schema: Schema) -> None:
    train = [
        row(f"t{number}", f"أعلنت [ORG وزارة خارجية [GPE {place}]] ذلك في بيان.")
        for number, place in enumerate(PLACES)
    ]
    text = "أعلنت وزارة خارجية تونس ذلك في بيان."
    record = crf.fit(train, tiny_schema).predict(new(text))
    assert shown(text, record) == [("ORG", "وزارة خارجية تونس"), ("GPE", "تونس")]


def test_the_same_rows_and_seed_give_the_same_weights_to_the_byte(tiny_schema: Schema) -> None:
    first, second = (crf.fit(TRAIN, tiny_schema, seed=3) for _ in range(2))
    assert first.mentions.weights == second.mentions.weights is not None
    assert first.triggers.weights == second.triggers.weights is not None


def test_weights_and_predictions_do_not_depend_on_the_order_of_hashes(repository: Path) -> None:
    script = (
        "import json; from test_baselines_crf import *; from khabar.files import sha256; "
        "schema = Schema.model_validate(json.loads(sys.argv[1])); model = crf.fit(TRAIN, schema); "
        "print(sha256(model.mentions.weights), sha256(model.triggers.weights), "
        "[model.predict(each) for each in TRAIN])"
    )
    path = os.pathsep.join(str(repository / each) for each in ("src", "tests"))
    printed = {
        subprocess.run(
            [sys.executable, "-c", script, json.dumps(tiny_schema_value())],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
    assert b"'type': 'GPE'" in printed.pop()


def test_without_training_articles_the_crf_predicts_nothing(tiny_schema: Schema) -> None:
    record = crf.fit([], tiny_schema).predict(new("التقى سامر ليلى"))
    assert record == {"article": "new", "entities": [], "events": []}


def test_train_without_events_gives_a_crf_without_events(tiny_schema: Schema) -> None:
    train = [row("a", "وصل [PER سامر] إلى [GPE بيروت]."), row("b", "وصل [PER سامر] إلى [GPE تونس].")]
    record = crf.fit(train, tiny_schema).predict(new("وصل سامر إلى بغداد."))
    assert record["events"] == []
    assert {"start": 4, "end": 8, "type": "PER"} in record["entities"]


def test_one_short_article_is_enough_to_train_on(tiny_schema: Schema) -> None:
    record = crf.fit([row("a", "وصل [PER سامر]")], tiny_schema).predict(new("وصل سامر"))
    assert record["entities"] == [{"start": 4, "end": 8, "type": "PER"}]


def test_without_python_crfsuite_the_call_says_what_to_install(
    tiny_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pycrfsuite", None)
    with pytest.raises(CallError, match=r"pip install khabar\[baselines\]"):
        crf.fit(TRAIN, tiny_schema)


# --- features and edges -----------------------------------------------------------------------------


def test_the_features_of_a_word_see_through_its_clitics(tiny_schema: Schema) -> None:
    (sentence,) = segment("زار وبالقاهرة")
    _, features = sentence_features(sentence, [])
    assert {"w=وبالقاهره", "proclitic=و", "proclitic=وب", "rest=القاهره", "bare=قاهره", "-1:w=زار"} <= set(
        features
    )


def test_the_features_of_a_word_tell_its_place_in_a_match_of_a_lexicon(tiny_schema: Schema) -> None:
    known = lexicon.learn(
        [_labelled(row("a", "[ORG الأمم المتحدة]"), "entities")], list(tiny_schema.entities)
    )
    (sentence,) = segment("قالت الأمم المتحدة")
    tags = [
        [each for each in features if each.startswith("0:lexicon")]
        for features in sentence_features(sentence, [known])
    ]
    assert tags == [[], ["0:lexicon0=B-ORG"], ["0:lexicon0=I-ORG"]]


@pytest.mark.parametrize(
    ("form", "light"),
    [
        ("والمعلمون", "معلم"),
        ("للاتحاد", "اتحاد"),
        ("وفد", "وفد"),
        ("مدرسه", "مدرس"),
        ("ال", "ال"),
        ("به", "به"),
    ],
)
def test_the_light_stem_takes_off_prefix_and_suffixes_but_leaves_two_letters(form: str, light: str) -> None:
    assert stem(form) == light


def test_the_shape_of_a_word_names_each_kind_of_character_once() -> None:
    assert [shape(each) for each in ("روسيا", "2019م", "OSCEs", "3.5", "😀")] == [
        "x",
        "dx",
        "Aa",
        "d.d",
        "😀",
    ]


def test_an_unknown_word_loses_a_proclitic_that_train_mostly_cuts_off_its_type(tiny_schema: Schema) -> None:
    train = row("a", "[GPE تونس] و[GPE بغداد] و[GPE دمشق] [ORG وزارة] [ORG وكالة]")
    trimmer = edges.learn([_labelled(train, "entities")])
    (sentence,) = segment("وباكو")
    (token,) = sentence.tokens
    assert trimmer.trim(token, token, "GPE") == (1, 5)
    assert trimmer.trim(token, token, "ORG") == (0, 5)


def test_a_word_that_begins_mentions_of_train_as_it_is_stays_whole(tiny_schema: Schema) -> None:
    trimmer = edges.learn([_labelled(row("a", "[ORG وزارة] و[GPE تونس] و[GPE زارة]"), "entities")])
    (token,) = segment("وزارة")[0].tokens
    assert trimmer.trim(token, token, "ORG") == (0, 5)


def test_a_pronoun_at_the_end_of_a_mention_is_cut_off_where_train_has_the_bare_noun(
    tiny_schema: Schema,
) -> None:
    trimmer = edges.learn([_labelled(row("a", "قال [PER سفير] ثم <Meet لقاء>"), "entities")])
    (token,) = segment("سفيرها")[0].tokens
    assert trimmer.trim(token, token, "PER") == (0, 4)


def _labelled(article: dict[str, Any], layer: str) -> LabelledText:
    spans = [(each["start"], each["end"], each["type"]) for each in article[layer]]
    return LabelledText(article["text"], segment(article["text"]), spans)


# --- any data ---------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(train=st.lists(marked_rows(), max_size=4), article=marked_rows())
def test_predictions_of_the_crf_are_valid_whatever_it_learnt(
    tiny_schema: Schema, train: list[dict[str, Any]], article: dict[str, Any]
) -> None:
    record = crf.fit(train, tiny_schema).predict(article)
    assert_valid(record, article["text"], tiny_schema)
    assert crf.fit(train, tiny_schema).predict(article) == record


@pytest.mark.standoff
def test_the_crf_learns_to_find_names_in_encyclopedia_articles(corpora: Path, tiny_schema: Schema) -> None:
    rows = [_aqmar_row(path) for path in sorted((corpora / "aqmar" / "articles").glob("*.txt"))]
    assert len(rows) == 28
    test, train = rows[::7], [each for number, each in enumerate(rows) if number % 7 in (1, 4)]
    model = crf.fit(train, tiny_schema)
    gold, predicted = [], []
    for article in test:
        gold += _tags(article, article["entities"])
        predicted += _tags(article, model.predict(article)["entities"])
    assert 0.4 < f1_score(gold, predicted, mode="strict", scheme=IOB2) < 0.85


AQMAR_TYPES = {"PER": "PER", "LOC": "GPE", "ORG": "ORG"}


def _aqmar_row(path: Path) -> dict[str, Any]:
    """The row of a file of `word TAG` lines; its `MIS…` and misspelt tags count as no mention."""
    text = ""
    entities: list[dict[str, Any]] = []
    before = ""
    for line in filter(str.strip, path.read_text(encoding="utf-8").splitlines()):
        word, _, tag = line.rpartition(" ")
        start = len(text) + bool(text)
        text = f"{text} {word}".lstrip()
        kind = AQMAR_TYPES.get(tag[2:], "") if tag[1:2] == "-" else ""
        if kind and tag[0] == "I" and before == kind:
            entities[-1]["end"] = len(text)
        elif kind:
            entities.append({"id": f"T{len(entities)}", "type": kind, "start": start, "end": len(text)})
        before = kind
    return {"id": path.stem, "text": text, "entities": entities, "events": []}


def _tags(article: dict[str, Any], entities: list[dict[str, Any]]) -> list[list[str]]:
    sentences = segment(article["text"])
    tokens = [token for sentence in sentences for token in sentence.tokens]
    spans = [(each["start"], each["end"], each["type"]) for each in entities]
    return by_sentence(lay(spans, tokens).tags, sentences)
