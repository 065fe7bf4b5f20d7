"""Fine-tuning: windows over long sentences, pieces and words, a tiny model of random weights learnt from."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from baseline_articles import assert_valid, row
from conftest import tiny_schema_value
from environments import python_of, run_in
from khabar.baselines import finetuning
from khabar.baselines.finetuning.windows import Window, windows
from khabar.errors import CallError
from khabar.schema import Schema
from release_corpus import OURS, make_checkout

WORKER = Path(__file__).with_name("finetune_worker.py")
PLACES = ["روسيا", "بيروت", "دمشق", "تونس", "بغداد", "ليبيا"]
TRAIN = [
    row(
        f"t{number}",
        f"<Meet التقى> الوزير [PER سامر] في مدينة [GPE {place}] ثم سافر إلى [GPE {other}] و[GPE {place}].\n"
        f"<Reject رفضت> [GPE {other}] خطة [ORG الأمم المتحدة].",
        (0, "Participant", 0),
        (1, "Rejecter", 4),
    )
    for number, (place, other) in enumerate(zip(PLACES, PLACES[1:] + PLACES[:1], strict=True))
]
TEXT = "😀\nرفضت بيروت خطة الأمم المتحدة.\nالتقى الوزير سامر في مدينة دمشق ثم سافر إلى تونس."


def test_a_sentence_that_fits_is_one_window() -> None:
    assert windows([1, 2, 3], 6) == [Window(0, 3, 0, 3)]
    assert windows([], 6) == []


def test_a_longer_sentence_is_seen_in_windows_that_overlap_by_half() -> None:
    assert windows([1] * 8, 4) == [Window(0, 4, 0, 3), Window(2, 6, 3, 5), Window(4, 8, 5, 8)]


def test_a_word_of_more_than_half_a_window_ends_the_overlap() -> None:
    assert windows([1, 1, 4, 1], 4) == [Window(0, 2, 0, 2), Window(2, 3, 2, 3), Window(3, 4, 3, 4)]


def test_a_word_that_fits_no_window_is_refused() -> None:
    with pytest.raises(ValueError, match="a word of 5 pieces does not fit a window of 4"):
        windows([1, 5], 4)


@given(
    st.integers(1, 9).flatmap(
        lambda most: st.tuples(st.lists(st.integers(1, most), max_size=40), st.just(most))
    )
)
def test_every_word_is_answered_for_once_by_a_window_that_sees_it(given_: tuple[list[int], int]) -> None:
    pieces, most = given_
    found = windows(pieces, most)
    assert [word for each in found for word in range(each.begin, each.end)] == list(range(len(pieces)))
    for each in found:
        assert each.first <= each.begin <= each.end <= each.last
        assert sum(pieces[each.first : each.last]) <= most


def test_without_torch_the_call_says_what_to_install(
    tiny_schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(CallError, match=r"pip install khabar\[finetune\]"):
        finetuning.fit([], tiny_schema, "tiny")


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> tuple[Path, Any]:
    """The folder with the tiny models, and what the worker found."""
    folder = tmp_path_factory.mktemp("finetune")
    given = {"train": TRAIN, "schema": tiny_schema_value(), "text": TEXT}
    (folder / "given.json").write_text(json.dumps(given), encoding="utf-8")
    done = run_in(python_of("finetune"), [WORKER, folder], folder, PYTHONPATH=str(repository / "src"))
    assert done.returncode == 0, done.stderr
    return folder, json.loads((folder / "found.json").read_text(encoding="utf-8"))


@pytest.mark.slow
def test_words_are_cut_one_by_one_and_their_first_pieces_known(worked: tuple[Path, Any]) -> None:
    found = worked[1]["cutting"]
    assert (found["around"], found["most"]) == ([[2], [3]], 10)
    # 5 + 1 + 2 pieces and the special ones, then 2 + 4: the window after has the words of its second half
    assert found["inputs"] == [[0, 3, 0, 2, 10, [1, 6, 7]], [1, 4, 2, 4, 9, [1, 2, 4]]]
    assert found["long word"] == [12]


@pytest.mark.slow
@pytest.mark.parametrize("which", ["bert", "windowed", "roberta"])
def test_a_tiny_model_learns_names_and_triggers_and_two_runs_agree(
    worked: tuple[Path, Any], tiny_schema: Schema, which: str
) -> None:
    first, *again = worked[1][which]["records"]
    assert again == ([first] if which == "bert" else [])
    assert_valid(first, TEXT, tiny_schema)
    shown = {(each["type"], TEXT[each["start"] : each["end"]]) for each in first["entities"]}
    assert {
        ("GPE", "بيروت"),
        ("GPE", "دمشق"),
        ("GPE", "تونس"),
        ("PER", "سامر"),
        ("ORG", "الأمم المتحدة"),
    } == shown
    assert [each["type"] for each in first["events"]] == ["Reject", "Meet"]
    assert worked[1][which]["nothing"] == {"article": "new", "entities": [], "events": []}


@pytest.mark.slow
def test_a_sentence_longer_than_the_model_sees_gets_a_legal_tag_for_every_word(
    worked: tuple[Path, Any],
) -> None:
    assert worked[1]["tags"] == [60, []]


@pytest.mark.slow
def test_a_model_or_device_that_is_not_there_is_one_clear_error(worked: tuple[Path, Any]) -> None:
    model, cuda, abacus = worked[1]["errors"]
    assert model.startswith("no token-classification model can be loaded from ")
    assert cuda.startswith("device 'cuda:7' cannot be used here: ")
    assert abacus.startswith("device 'abacus' cannot be used here: ")


@pytest.mark.slow
def test_the_program_writes_a_valid_submission_and_the_same_again(
    worked: tuple[Path, Any], repository: Path, tmp_path: Path, tiny_schema: Schema
) -> None:
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), card)
    program = repository / "benchmark" / "baselines" / "finetune.py"
    out = tmp_path / "out" / "predictions.jsonl"
    command = [program, "--model", worked[0] / "bert-128", "--annotations", checkout / "annotations"]
    command += ["--out", out, "--epochs", "2", "--device", "cpu", "--seed", "5"]
    written = []
    for _ in range(2):
        done = run_in(
            python_of("finetune"), list(map(str, command)), tmp_path, PYTHONPATH=str(repository / "src")
        )
        assert done.returncode == 0, done.stderr
        written.append(out.read_bytes())
    assert written[0] == written[1]
    assert_valid(json.loads(written[0]), OURS["ours-3"], tiny_schema)
    system = yaml.safe_load((tmp_path / "out" / "system.yaml").read_text(encoding="utf-8"))
    assert system["parameters"] == {
        "model": "bert-128",
        "epochs": 2,
        "learn_rate": 5e-05,
        "batch": 16,
        "seed": 5,
    }
    command = [sys.executable, repository / "benchmark" / "evaluate.py", "validate", out]
    command += ["--annotations", checkout / "annotations"]
    judged = subprocess.run(command, capture_output=True, text=True, check=False)
    assert judged.returncode == 0, judged.stdout + judged.stderr
