"""How sure the CRF is of an article: less of one that is unlike what it learnt from."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from baseline_articles import row
from conftest import tiny_schema_value
from khabar.article_list import write_articles
from khabar.baselines import crf
from khabar.corpus import read_articles
from khabar.files import sha256
from khabar.labelstudio.ordering import read_scores
from khabar.schema import Schema
from release_corpus import make_checkout

TRAIN = [
    row(f"t{number}", f"زار [PER سامر] مدينة [GPE {place}] ثم <Meet التقى> الوزير.", (0, "Place", 1))
    for number, place in enumerate(["بيروت", "دمشق", "تونس", "بغداد"])
]


def test_a_sentence_of_train_is_surer_than_one_unlike_it(tiny_schema: Schema) -> None:
    model = crf.fit(TRAIN, tiny_schema)
    known = model.certainty("زار سامر مدينة بيروت ثم التقى الوزير.")
    unlike = model.certainty("هطلت أمطار غزيرة 🌧️ على زار ومدينة التقى NATO.")
    assert 0.9 < known <= 1
    assert unlike < known
    assert model.certainty("زار سامر مدينة بيروت ثم التقى الوزير.") == known


def test_where_there_is_nothing_to_be_unsure_of_it_is_sure(tiny_schema: Schema) -> None:
    assert crf.fit([], tiny_schema).certainty("زار سامر بيروت") == 1
    assert crf.fit(TRAIN, tiny_schema).certainty("") == 1


def test_the_program_scores_the_articles_of_no_split(tmp_path: Path, repository: Path) -> None:
    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "")
    folder = checkout / "annotations"
    articles = read_articles(folder, texts=())
    text = "وصل الوفد إلى المدينة 😀"
    fresh = articles[0].model_copy(update={"id": "ours-9", "text_sha256": sha256(text)})
    write_articles(folder, [*articles, fresh])
    (folder / "texts" / "ours-9.txt").write_text(text, encoding="utf-8")
    out = tmp_path / "scores.jsonl"
    program = repository / "benchmark" / "baselines" / "certainty.py"
    environment = {name: value for name, value in os.environ.items() if name != "KHABAR_TEXTS"}
    done = subprocess.run(
        [sys.executable, program, "--annotations", folder, "--out", out],
        env={**environment, "PYTHONPATH": str(repository / "src")},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, f"{out}: 1 article in no split\n")
    (line,) = out.read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["article"] == "ours-9"
    assert read_scores(out) == {"ours-9": pytest.approx(json.loads(line)["score"])}
