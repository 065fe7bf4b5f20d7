"""evaluate: every measure of a submission, with intervals; and the program that prints them."""

from __future__ import annotations

import copy
import json
import random
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.errors import DataError
from khabar.release import build, gold_documents
from khabar.schema import Schema
from khabar.scoring import Evaluation, MismatchError, evaluate, read_gold, score_events, score_tags
from khabar.scoring.counts import Counts, Figures
from khabar.scoring.measures import BY_NAME, HEADLINES, MEASURES, Matrix
from khabar.scoring.proclitics import up_to_proclitic
from khabar.scoring.report import as_json, tables
from khabar.scoring.resampling import intervals
from khabar.text import tokenize
from release_corpus import OURS, corpus_of, make_checkout
from scoring_gold import AMMAN, BEIRUT, Record, entity, gold_rows, nothing, right, row, write_lines

FEW = 50


def scored(predictions: list[Any], schema: Schema, rows: list[Record] | None = None) -> Evaluation:
    """The evaluation, with few resamples."""
    return evaluate(gold_rows() if rows is None else rows, predictions, schema=schema, resamples=FEW)


def micro(evaluation: Evaluation) -> dict[str, Counts]:
    """The counts of every measure that is defined."""
    return {name: each.micro for name, each in evaluation.scores.items() if each is not None}


# --- what must always hold ----------------------------------------------------------------------------


def test_gold_against_itself_is_exactly_one_on_every_measure(tiny_schema: Schema) -> None:
    evaluation = scored(right(), tiny_schema)
    assert list(micro(evaluation)) == [each.name for each in MEASURES]
    for name, each in evaluation.scores.items():
        assert each is not None
        assert each.micro.figures == (1.0, 1.0, 1.0), name
        if each.typed:
            assert each.macro == (1.0, 1.0, 1.0), name
        assert each.intervals.micro == (1.0, 1.0), name


def test_gold_against_nothing_is_exactly_zero_on_every_measure(tiny_schema: Schema) -> None:
    for name, each in scored(nothing(), tiny_schema).scores.items():
        assert each is not None
        assert each.micro.figures == (None, 0.0, 0.0), name


def test_nothing_against_nothing_is_undefined_on_every_measure(tiny_schema: Schema) -> None:
    rows = [row(each, {"test-beirut": BEIRUT, "test-amman": AMMAN}[each["article"]]) for each in nothing()]
    evaluation = scored(nothing(), tiny_schema, rows)
    for each in evaluation.scores.values():
        assert each is not None
        assert each.micro.figures == (None, None, None)
        assert each.macro == (None, None, None)
        assert (each.intervals.micro, each.intervals.macro) == (None, None)


@st.composite
def submissions(draw: st.DrawFn) -> list[Record]:
    """The gold's records with some things left out, moved by a letter, or of another type."""
    records = right()
    for record in records:
        kept = [each for each in record["entities"] if draw(st.booleans())]
        for each in kept:
            each["type"] = draw(st.sampled_from([each["type"], "ORG"]))
            each["end"] -= draw(st.integers(0, 1))
        record["entities"] = list({tuple(each.values()): each for each in kept}.values())
        record["events"] = [each for each in record["events"] if draw(st.booleans())]
        for each in record["events"]:
            each["arguments"] = [filler for filler in each["arguments"] if draw(st.booleans())]
    return records


@settings(deadline=None, max_examples=25)
@given(submissions(), st.integers(0, 100))
def test_no_order_of_articles_entities_or_events_matters(
    tiny_schema: Schema, records: list[Record], seed: int
) -> None:
    shuffled = copy.deepcopy(records)
    choose = random.Random(seed)
    choose.shuffle(shuffled)
    for record in shuffled:
        choose.shuffle(record["entities"])
        choose.shuffle(record["events"])
        for each in record["events"]:
            choose.shuffle(each["arguments"])
    assert as_json(scored(shuffled, tiny_schema)) == as_json(scored(records, tiny_schema, gold_rows()[::-1]))


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_swapping_gold_and_prediction_swaps_precision_and_recall(
    tiny_schema: Schema, records: list[Record]
) -> None:
    texts = {"test-beirut": BEIRUT, "test-amman": AMMAN}
    there = micro(scored(records, tiny_schema))
    back = micro(scored(right(), tiny_schema, [row(each, texts[each["article"]]) for each in records]))
    for name, (match, predicted, gold) in there.items():
        assert back[name] == (match, gold, predicted), name
        assert back[name].f1 == there[name].f1


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_the_measures_are_those_of_score_tags_and_score_events(
    tiny_schema: Schema, records: list[Record]
) -> None:
    found = micro(scored(records, tiny_schema))
    for name, counts in score_events(right(), records).counts.items():
        assert found[name] == counts
    gold = read_gold(gold_rows())
    said = {each["article"]: each["entities"] for each in records}
    sides: list[list[list[str]]] = [[], []]
    for article in gold.articles.values():
        sides[0] += article.show(article.says.entities).tags
        sides[1] += article.show((e["start"], e["end"], e["type"]) for e in said[article.id]).tags
    defined = [each or 0.0 for each in found["entities"].figures]
    assert defined == list(score_tags(*sides).micro)


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_a_wrong_mention_more_never_raises_precision(tiny_schema: Schema, records: list[Record]) -> None:
    before = micro(scored(records, tiny_schema))
    start = BEIRUT.index("الخطة")
    records[0]["entities"].append({"start": start, "end": start + 5, "type": "PER"})
    after = micro(scored(records, tiny_schema))
    for name in ("entities", "entities_exact", "entities_up_to_proclitic"):
        assert (after[name].precision or 0.0) <= (before[name].precision or 0.0)
        assert after[name].predicted == before[name].predicted + 1


@settings(deadline=None, max_examples=25)
@given(submissions())
def test_a_wrong_event_or_argument_more_never_raises_precision(
    tiny_schema: Schema, records: list[Record]
) -> None:
    before = micro(scored(records, tiny_schema))
    wrong = {"start": AMMAN.index("الخطة"), "end": AMMAN.index("الخطة") + 5}
    more = {"type": "Reject", "trigger": wrong, "arguments": [{"role": "Proposal", **wrong}]}
    records[1]["events"].append(more)
    after = micro(scored(records, tiny_schema))
    for name, counts in before.items():
        if BY_NAME[name].task != "entities":
            assert (after[name].precision or 0.0) <= (counts.precision or 0.0), name
            assert (after[name].predicted, after[name].match) == (counts.predicted + 1, counts.match), name


def test_a_predict_function_over_a_dataset_scores_as_its_records_do(tiny_schema: Schema) -> None:
    from datasets import Dataset

    given: list[set[str]] = []

    def predict(shown: Any) -> dict[str, Any]:
        given.append(set(shown))
        said = next(each for each in right() if each["article"] == shown["id"])
        return {"entities": said["entities"][1:], "events": []}

    found = evaluate(Dataset.from_list(gold_rows()), predict, schema=tiny_schema, resamples=FEW)
    records = [{**each, "entities": each["entities"][1:], "events": []} for each in right()]
    assert as_json(found)["measures"] == as_json(scored(records, tiny_schema))["measures"]
    assert given == [{"id", "text", "sentences"}] * 2  # the gold is kept from the system


# --- entities -----------------------------------------------------------------------------------------


def test_nested_mentions_count_by_character_and_give_way_to_the_outermost_on_words(
    tiny_schema: Schema,
) -> None:
    records = right()
    records[0]["entities"] = [each for each in records[0]["entities"] if each["type"] != "ORG"]
    found = micro(scored(records, tiny_schema))
    assert found["entities"] == (6, 8, 8)  # لبنان is now a mention of its own, where the gold shows the ORG
    assert found["entities_exact"] == (8, 8, 10)


def test_a_whole_word_system_is_right_on_words_and_up_to_a_proclitic_but_not_by_character(
    tiny_schema: Schema,
) -> None:
    records = right()
    records[1]["entities"] = [
        entity(AMMAN, "PER", "ليلى"),
        entity(AMMAN, "GPE", "لعمّان"),
        entity(AMMAN, "GPE", "وموسكو"),
    ]
    found = micro(scored(records, tiny_schema))
    assert found["entities"] == (8, 8, 8)
    assert found["entities_exact"] == (8, 10, 10)
    assert found["entities_up_to_proclitic"] == (10, 10, 10)


@pytest.mark.parametrize(
    ("word", "offset", "moved"),
    [
        ("لأوباما", 1, 0),
        ("وبالقاهرة", 2, 0),
        ("وَلِلأمم", 4, 0),
        ("فسوريا", 1, 0),
        ("وموسكو", 0, 0),
        ("القاهرة", 2, 2),  # the article is part of the name
        ("بلغاريا", 2, 2),  # ب ل is no row of proclitics
        ("ولبكين", 3, 3),
        ("(موسكو", 1, 1),
    ],
)
def test_a_start_moves_back_over_proclitics_only(word: str, offset: int, moved: int) -> None:
    text = f"😀 {word} أمس"
    found = up_to_proclitic([(2 + offset, 2 + len(word), "GPE")], text, tokenize(text))
    assert found == {("GPE", 2 + moved, 2 + len(word), 1)}


def test_saying_a_mention_with_and_without_its_proclitic_is_one_right_and_one_wrong(
    tiny_schema: Schema,
) -> None:
    records = right()
    records[1]["entities"].append(entity(AMMAN, "GPE", "لعمّان"))
    assert micro(scored(records, tiny_schema))["entities_up_to_proclitic"] == (10, 11, 10)


def test_the_macro_average_is_over_the_types_of_the_gold_whatever_a_system_predicts(
    tiny_schema: Schema,
) -> None:
    rows = [row(right()[1], AMMAN)]  # no ORG in it
    records = right()[1:]
    records[0]["entities"].append(entity(AMMAN, "ORG", "الخطة"))
    score = scored(records, tiny_schema, rows).scores["entities"]
    assert score is not None
    assert score.matrix.in_gold == ["PER", "GPE"]
    assert score.macro == Figures(1.0, 1.0, 1.0)
    assert score.micro == (3, 4, 3)
    assert score.by_type == {"PER": (1, 1, 1), "GPE": (2, 2, 2), "ORG": (0, 1, 0)}


def test_a_type_a_system_never_predicts_counts_as_zero_in_the_macro_average(tiny_schema: Schema) -> None:
    records = right()
    for each in records:
        each["entities"] = [one for one in each["entities"] if one["type"] != "PER"]
    score = scored(records, tiny_schema).scores["entities"]
    assert score is not None
    assert score.macro == Figures(2 / 3, 2 / 3, 2 / 3)


def test_what_a_submission_does_not_predict_is_undefined_and_not_zero(tiny_schema: Schema) -> None:
    entities = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    assert list(micro(scored(entities, tiny_schema))) == [
        "entities",
        "entities_exact",
        "entities_up_to_proclitic",
    ]
    tags = []
    for article in read_gold(gold_rows()).articles.values():
        laid = article.show(article.says.entities).tags
        tags += [{"id": f"{article.id}#{number}", "ner_tags": part} for number, part in enumerate(laid)]
    assert micro(scored(tags, tiny_schema))["entities"].f1 == 1.0
    assert as_json(scored(tags, tiny_schema))["measures"]["argument_c+"] is None


def test_a_gold_type_the_schema_does_not_have_is_told(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[0]["entities"][0]["type"] = "ALIEN"
    with pytest.raises(DataError, match="does not have: ALIEN"):
        scored(right(), tiny_schema, rows)


def test_gold_of_other_sentences_is_refused(tiny_schema: Schema) -> None:
    rows = gold_rows()
    rows[1]["sentences"][0]["end"] -= 1
    with pytest.raises(DataError, match="its sentences are not those of segmenter"):
        scored(right(), tiny_schema, rows)


@pytest.mark.parametrize("rows", [[], [{"id": "x"}], [gold_rows()[0]] * 2])
def test_gold_that_cannot_be_scored_on_is_refused(rows: list[Record], tiny_schema: Schema) -> None:
    with pytest.raises(DataError, match="gold: 1 fault"):
        scored(right(), tiny_schema, rows)


def test_a_figure_of_seqeval_that_differs_stops_the_scoring(
    tiny_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "khabar.scoring.published.published",
        lambda *_: {"": Figures(1.0, 1.0, 0.9999999999999999)},
    )
    with pytest.raises(MismatchError, match="no score is given"):
        scored(right(), tiny_schema)


# --- intervals ----------------------------------------------------------------------------------------


def matrix(counts: list[list[tuple[int, int, int]]], labels: tuple[str, ...] = ("A", "B")) -> Matrix:
    """Counts per article and type."""
    return Matrix(labels, np.array(counts, dtype=np.int64))


def test_intervals_are_those_of_resampled_articles_scored_one_by_one() -> None:
    choose = random.Random(3)
    counts = [
        [(choose.randint(0, 3), choose.randint(3, 5), choose.randint(3, 6)) for _ in "AB"] for _ in range(12)
    ]
    found = intervals({"x": matrix(counts)}, resamples=200, seed=5)["x"]
    weights = np.random.Generator(np.random.PCG64(5)).multinomial(12, [1 / 12] * 12, size=200)
    naive = []
    for drawn in weights:
        rows = [row for row, times in zip(counts, drawn, strict=True) for _ in range(times)]
        sums = Counts(*(sum(each[label][part] for each in rows for label in (0, 1)) for part in range(3)))
        naive.append(sums.f1)
    assert found.micro == tuple(np.quantile(naive, [0.025, 0.975]))


def test_the_same_seed_gives_the_same_intervals_and_another_seed_others() -> None:
    given = {"x": matrix([[(n % 7, 7 + n, 9 + n % 5), (1, 2, 2)] for n in range(20)])}
    assert intervals(given, seed=1) == intervals(given, seed=1)
    assert intervals(given, seed=1) != intervals(given, seed=2)


def test_a_measure_has_the_same_intervals_alone_and_among_others() -> None:
    one, two = (
        matrix([[(1, 2, 3), (0, 0, 1)]] * 3 + [[(0, 2, 2), (1, 1, 1)]]),
        matrix([[(1, 1, 1), (0, 1, 0)]] * 4),
    )
    assert intervals({"one": one, "two": two})["one"] == intervals({"one": one})["one"]


def test_a_single_article_has_no_interval() -> None:
    found = intervals({"x": matrix([[(1, 2, 3), (1, 1, 1)]])})["x"]
    assert (found.micro, found.macro, found.by_label) == (None, None, None)


def test_a_type_that_nothing_is_said_of_has_no_interval() -> None:
    found = intervals({"x": matrix([[(1, 2, 3), (0, 0, 0)]] * 4)})["x"]
    assert found.by_label is not None
    assert found.by_label["B"] is None
    assert found.by_label["A"] == found.micro == found.macro


def test_two_thousand_resamples_are_drawn_unless_told_otherwise(tiny_schema: Schema) -> None:
    assert evaluate(gold_rows(), right(), schema=tiny_schema).resamples == 2000


# --- the report ---------------------------------------------------------------------------------------


def test_the_json_has_counts_figures_and_intervals_of_every_measure(tiny_schema: Schema) -> None:
    records = right()
    del records[1]["entities"][0]
    made = json.loads(json.dumps(as_json(scored(records, tiny_schema), sha256="0" * 64), allow_nan=False))
    measure = made["measures"]["entities"]
    assert {key: measure["micro"][key] for key in ("match", "predicted", "gold", "precision", "recall")} == {
        "match": 7,
        "predicted": 7,
        "gold": 8,
        "precision": 1.0,
        "recall": 7 / 8,
    }
    low, high = measure["micro"]["f1_interval"]
    assert low <= measure["micro"]["f1"] <= high
    assert measure["types"]["PER"]["gold"] == 2
    assert measure["macro"]["types"] == 3
    assert set(HEADLINES.values()) <= set(made["measures"])


def test_the_tables_show_a_dash_for_what_is_undefined(tiny_schema: Schema) -> None:
    entities = [{"article": each["article"], "entities": each["entities"]} for each in right()]
    overview, types = tables(scored(entities, tiny_schema), split="test")
    assert len(overview.rows) == len(MEASURES)
    assert list(overview.columns[1].cells) == ["100.0"] * 3 + ["–"] * 7
    assert list(types.columns[0].cells) == ["PER", "GPE", "ORG"]


# --- the program --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> Path:
    """A small checkout with annotations."""
    from conftest import tiny_schema_value

    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), card)


def gold_predictions(checkout: Path, split: str = "test") -> list[Record]:
    """What the gold of a split says, as a submission."""
    return [
        {
            "article": each["id"],
            "entities": [{key: one[key] for key in ("start", "end", "type")} for one in each["entities"]],
            "events": [
                {
                    "type": one["type"],
                    "trigger": {key: one["trigger"][key] for key in ("start", "end")},
                    "arguments": [
                        {key: a[key] for key in ("role", "start", "end")} for a in one["arguments"]
                    ],
                }
                for one in each["events"]
            ],
        }
        for each in gold_documents(corpus_of(checkout), split)
    ]


def call(repository: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the program from another folder."""
    command = [sys.executable, repository / "benchmark" / "evaluate.py", *words]
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        cwd=repository.parent,
        timeout=120,
    )


def test_the_program_scores_a_file_and_leaves_out_what_has_no_text(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout, "train"))
    options = ("--annotations", checkout / "annotations", "--split", "train")
    done = call(repository, path, *options, "--format", "json")
    assert done.returncode == 0, done.stderr
    assert "1 left out, text not on this machine: theirs-1" in done.stderr
    made = json.loads(done.stdout)
    assert made["gold"]["left_out"] == ["theirs-1"]
    assert made["gold"]["articles"] == 1
    assert made["scores"]["measures"]["argument_c+"]["micro"]["f1"] == 1.0
    assert made["scores"]["measures"]["entities"]["micro"]["f1_interval"] is None
    text = call(repository, path, *options)
    assert text.returncode == 0
    assert "Arg-C+" in text.stdout
    assert "Meet" in text.stdout


def test_the_program_refuses_a_wrong_file_with_codes_and_exit_code_1(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    predictions = gold_predictions(checkout)
    predictions[0]["entities"][0]["type"] = "<script>"
    path = write_lines(tmp_path / "p.jsonl", predictions)
    options = ("--annotations", checkout / "annotations")
    for command in ((path,), ("validate", path)):
        done = call(repository, *command, *options)
        assert (done.returncode, done.stdout) == (1, "")
        assert (
            "KB024 line 1 'ours-3' entities[0].type: found '<script>', allowed are PER, GPE, ORG"
            in done.stderr
        )
        assert "Traceback" not in done.stderr
    done = call(repository, "validate", path, *options, "--format", "json")
    assert done.returncode == 1
    (report,) = json.loads(done.stdout)["faults"]
    assert report["faults"][0]["code"] == "KB024"


def test_the_program_says_that_a_right_file_is_valid(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout))
    done = call(repository, "validate", path, "--annotations", checkout / "annotations")
    assert done.returncode == 0
    assert done.stdout == f"{path}: valid; 1 articles; predicts arguments, entities, triggers\n"


@pytest.mark.parametrize("words", [("none.jsonl",), ("x.jsonl", "--split", "nowhere"), ("--repair",)])
def test_a_wrong_call_of_the_program_exits_with_2(
    words: tuple[str, ...], repository: Path, checkout: Path
) -> None:
    done = call(repository, *words, "--annotations", checkout / "annotations")
    assert done.returncode == 2
    assert "Next: see --help" in done.stderr


@pytest.mark.slow
def test_a_release_folder_gives_the_gold_of_its_annotations_and_a_changed_one_is_refused(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    release = tmp_path / "release"
    build(corpus_of(checkout), release, version="1.0.0", checkout=checkout)
    path = write_lines(tmp_path / "p.jsonl", gold_predictions(checkout))
    options = ("--annotations", checkout / "annotations", "--format", "json")
    here, released = (
        json.loads(call(repository, path, *options, *more).stdout) for more in ((), ("--release", release))
    )
    assert released["gold"] == here["gold"]
    assert released["scores"] == here["scores"]
    assert (here["release"], released["release"]) == (None, "1.0.0")
    shutil.copy(
        release / "data/documents/train-00000-of-00001.parquet",
        release / "data/documents/test-00000-of-00001.parquet",
    )
    done = call(repository, path, *options[:2], "--release", release)
    assert done.returncode == 1
    assert "data/documents/test-00000-of-00001.parquet: expected SHA-256" in done.stderr
    assert OURS["ours-3"].splitlines()[0] not in done.stdout
