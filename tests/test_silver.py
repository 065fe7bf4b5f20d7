"""Silver releases: the same rows as gold with the model's name, in parts, streamed, and apart from gold."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import datasets
import pytest
import yaml

from croissant_records import read
from croissant_records import record as as_record
from khabar.article_list import Article
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError
from khabar.files import sha256, write_json_lines
from khabar.release import build, diff, read_manifest, verify
from khabar.silver import baseline, build_silver, check_apart
from release_corpus import CANARY, OURS, corpus_of, make_checkout, write_theirs
from stream_articles import contents

TEXTS = [
    "لقاء جديد\n\nالتقى سامر النهري وفدا في بيروت 😀 أمس.\nرفضت موسكو الخطة 🚀 في دمشق.",
    "قمة عاجلة\n\nالتقت ليلى 🇱🇧 الوزير في عمان، ورفضت القاهرة المقترح.",
    "رد موسكو\n\nترفض موسكو كل ما قيل عن لقاء جديد مع الوفد القادم إلى بيروت.",
]
SAID: list[dict[str, Any]] = [
    {
        "entities": [(37, 42, "GPE"), (17, 28, "PER"), (22, 33, "PER")],
        "events": [("Meet", 11, 16, [("Place", 37, 42), ("Participant", 29, 33)])],
    },
    {"entities": [], "events": []},
    {"entities": [(0, 2, "GPE"), (0, 8, "GPE")], "events": []},
]
"""In the first, two names cross, and an argument is no mention; in the third, one is inside another."""


def article(number: int, text: str, **fields: Any) -> Article:
    given = {
        "id": f"ours-news-{number}",
        "source": "ours",
        "title": text.split("\n")[0],
        "published": "2024-03-01",
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text),
        "origin": "written for a test",
        "text": text,
    }
    return Article(**{**given, **fields})


def record(article: Article, said: Mapping[str, Any]) -> dict[str, Any]:
    events = [
        {
            "type": kind,
            "trigger": {"start": start, "end": end},
            "arguments": [{"role": role, "start": first, "end": last} for role, first, last in arguments],
        }
        for kind, start, end, arguments in said["events"]
    ]
    entities = [{"start": start, "end": end, "type": kind} for start, end, kind in said["entities"]]
    return {"article": article.id, "entities": entities, "events": events}


NEWS = [article(number, text) for number, text in enumerate(TEXTS)]
PAIRS = [(each, record(each, said)) for each, said in zip(NEWS, SAID, strict=True)]
CARD = f"---\n{{{{ metadata }}}}---\n\n<!-- a test; canary GUID {CANARY} -->\n"


@pytest.fixture
def checkout(tmp_path: Path, tiny_value: dict[str, Any]) -> Path:
    return make_checkout(tmp_path / "checkout", tiny_value, CARD)


@pytest.fixture
def corpus(checkout: Path, tmp_path: Path) -> Corpus:
    return corpus_of(checkout, write_theirs(tmp_path / "theirs"))


def silver(corpus: Corpus, out: Path, pairs: Any = PAIRS, **options: Any) -> Any:
    """A release of these articles and records, which are written as streams first."""
    place = out.parent if out.parent.exists() else out.parent.parent
    news, said = place / f"{out.name}-news.jsonl", place / f"{out.name}-said.jsonl"
    write_json_lines(news, [{**each.model_dump(), "text": each.text} for each, _ in pairs])
    write_json_lines(said, [record for _, record in pairs])
    made = {"annotator": "a-model", "version": "1.0.0", "workers": 2, **options}
    return build_silver([str(news)], [str(said)], corpus, out, **made)


def streamed(folder: Path, config: str) -> list[dict[str, Any]]:
    return list(datasets.load_dataset(str(folder), config, split="train", streaming=True))


def test_what_a_model_says_is_streamed_from_all_parts_with_its_name(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "silver"
    made = silver(corpus, out, per_part=2)
    assert sorted(each.name for each in (out / "data" / "ner").iterdir()) == [
        "train-00000-of-00002.parquet",
        "train-00001-of-00002.parquet",
    ]
    rows = streamed(out, "documents")
    assert [(row["id"], row["annotator"], row["text"]) for row in rows] == [
        (each.id, "a-model", each.text) for each in NEWS
    ]
    first = rows[0]
    assert [(each["id"], each["type"], each["start"], each["text"]) for each in first["entities"]] == [
        ("T1", "PER", 17, "سامر النهري"),
        ("T2", "PER", 22, "النهري وفدا"),
        ("T3", "GPE", 37, "بيروت"),
    ]
    (event,) = first["events"]
    assert event["realis"] is None
    assert [(each["role"], each["entity"], each["text"]) for each in event["arguments"]] == [
        ("Participant", None, "وفدا"),
        ("Place", "T3", "بيروت"),
    ]
    names = streamed(out, "ner")
    assert {row["annotator"] for row in names} == {"a-model"}
    assert len(names) == made.manifest.counts["train"].sentences == 7
    assert made.manifest.counts["train"].nested_entities == 1
    assert made.manifest.tags_cannot_show["ner"]["train"].crossing == 1


def test_the_release_says_what_it_is_and_verifies(corpus: Corpus, tmp_path: Path) -> None:
    out = tmp_path / "silver"
    silver(corpus, out)
    manifest = read_manifest(out)
    assert manifest.silver is not None
    assert (manifest.silver.annotator, manifest.silver.left_out, manifest.silver.not_compared) == (
        "a-model",
        {},
        [],
    )
    assert (manifest.gold, list(manifest.configs)) == ({}, ["documents", "ner", "triggers"])
    assert all(list(splits) == ["train"] for splits in manifest.configs.values())
    assert verify(out) is None
    stream = datasets.load_dataset(str(out), "triggers", streaming=True)
    assert verify(stream, manifest) is None
    card = (out / "README.md").read_text(encoding="utf-8")
    assert "what one model, `a-model`, says" in card
    assert CANARY in card
    part = out / "data" / "ner" / "train-00000-of-00001.parquet"
    part.write_bytes(part.read_bytes()[:-1] + b"X")
    assert "train-00000-of-00001.parquet" in str(verify(out))


def test_parts_do_not_change_the_content(corpus: Corpus, tmp_path: Path) -> None:
    one, many = silver(corpus, tmp_path / "one"), silver(corpus, tmp_path / "many", per_part=1)
    assert one.manifest.content_digest == many.manifest.content_digest
    assert one.manifest.configs == many.manifest.configs


@pytest.mark.slow
@pytest.mark.parametrize("per_part", [1, 2, 10])
def test_mlcroissant_finds_no_fault_and_reads_the_rows_of_every_part_in_order(
    corpus: Corpus, tmp_path: Path, per_part: int
) -> None:
    out = tmp_path / "silver"
    silver(corpus, out, per_part=per_part)
    found = read(out / "croissant.json", tmp_path)
    assert (found["errors"], found["warnings"]) == ([], [])
    documents = found["records"]["documents/train"]
    assert [(row["documents/train/id"], row["documents/train/annotator"]) for row in documents] == [
        ("ours-news-0", "a-model"),
        ("ours-news-1", "a-model"),
        ("ours-news-2", "a-model"),
    ]
    assert found["records"] == {
        f"{config}/train": [as_record(f"{config}/train", row) for row in streamed(out, config)]
        for config in ("documents", "ner", "triggers")
    }


def test_croissant_says_whose_labels_they_are_and_names_every_part_by_its_digest(
    corpus: Corpus, tmp_path: Path
) -> None:
    out = tmp_path / "silver"
    silver(corpus, out, per_part=2)
    described = json.loads((out / "croissant.json").read_text(encoding="utf-8"))
    assert (described["name"], described["version"]) == ("Tiny silver", "1.0.0")
    assert described["description"].startswith("What one model, a-model, says of 3 articles: no human")
    assert CANARY in described["description"]
    assert "Tiny silver" in described["citeAs"]
    parts = [each for each in described["distribution"] if each["@type"] == "cr:FileObject"]
    assert {each["contentUrl"]: each["sha256"] for each in parts} == {
        path.relative_to(out).as_posix(): sha256(path.read_bytes()) for path in out.rglob("*.parquet")
    }
    assert len(parts) == 6
    assert "croissant.json" in read_manifest(out).files


def test_silver_is_trained_on_beside_gold(checkout: Path, corpus: Corpus, tmp_path: Path) -> None:
    silver(corpus, tmp_path / "silver")
    build(corpus, tmp_path / "gold", version="1.0.0", checkout=checkout)
    gold, more = (
        datasets.load_dataset(
            str(tmp_path / name), "documents", split="train", cache_dir=str(tmp_path / "cache")
        )
        for name in ("gold", "silver")
    )
    both = datasets.concatenate_datasets([gold, more])
    assert both["annotator"] == [None] * len(gold) + ["a-model"] * len(more)


def test_no_article_of_the_corpus_nor_near_one_is_silver(corpus: Corpus, tmp_path: Path) -> None:
    gold = OURS["ours-3"]  # of test
    near = f"{OURS['ours-1']}\nوأضاف المصدر أن اللقاء انتهى."
    stranger = [
        article(7, "خبر آخر\n\nلا علاقة له بما سبق.", id="ours-2"),
        article(8, gold),
        article(9, near),
        article(0, "نص ثان\n\nبالمعرف نفسه."),
    ]
    pairs = [*PAIRS, *((each, {"article": each.id, "entities": [], "events": []}) for each in stranger)]
    made = silver(corpus, tmp_path / "silver", pairs)
    assert [row["id"] for row in streamed(made.folder, "documents")] == [each.id for each in NEWS]
    told = [json.loads(line) for line in made.left_out.read_text(encoding="utf-8").splitlines()]
    assert [(each["article"], each["reason"], each["because_of"]) for each in told] == [
        ("ours-2", "has the id of an article of the corpus", "ours-2"),
        ("ours-news-8", "has the text of an article of the corpus", "ours-3"),
        ("ours-news-9", "is near an article of the corpus", "ours-1"),
        ("ours-news-0", "has the id of an article before it", "ours-news-0"),
    ]
    assert made.manifest.silver is not None
    assert sum(made.manifest.silver.left_out.values()) == 4
    check_apart(corpus, made.folder)


def test_gold_that_was_silver_before_is_found(
    checkout: Path, corpus: Corpus, tmp_path: Path, tiny_value: dict[str, Any]
) -> None:
    """An article is released as silver, then annotated: the build can be told of the silver release."""
    made = silver(corpus, tmp_path / "silver")
    later = make_checkout(tmp_path / "later", tiny_value, CARD)
    lines = (later / "annotations" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    taken = NEWS[0].model_dump()
    write_json_lines(later / "annotations" / "articles.jsonl", [*map(json.loads, lines), taken])
    (later / "annotations" / "texts" / f"{NEWS[0].id}.txt").write_text(TEXTS[0], encoding="utf-8")
    near = {**NEWS[1].model_dump(), "id": "ours-4", "text_sha256": sha256(f"{TEXTS[1]} نعم")}
    lines = (later / "annotations" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    write_json_lines(later / "annotations" / "articles.jsonl", [*map(json.loads, lines), near])
    (later / "annotations" / "texts" / "ours-4.txt").write_text(f"{TEXTS[1]} نعم", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        check_apart(corpus_of(later), made.folder)
    assert [fault.where for fault in caught.value.faults] == ["ours-news-0", "ours-news-1"]
    assert "is near an article of the corpus: ours-4" in str(caught.value)


def test_passes_of_a_silver_annotator_are_refused_in_a_build(
    checkout: Path, corpus: Corpus, tmp_path: Path
) -> None:
    path = checkout / "annotations" / "annotators.yaml"
    annotators = yaml.safe_load(path.read_text(encoding="utf-8"))
    annotators[0]["role"] = "silver"
    path.write_text(yaml.safe_dump(annotators), encoding="utf-8")
    with pytest.raises(DataError, match=r"a/ours-1\.json: is silver: 'a' is no annotator of the corpus"):
        build(corpus_of(checkout), tmp_path / "gold", version="1.0.0", checkout=checkout)


def test_without_the_texts_of_gold_near_copies_could_slip_in_so_that_must_be_allowed(
    checkout: Path, tmp_path: Path
) -> None:
    corpus = Corpus(checkout / "annotations")
    with pytest.raises(CallError, match=r"texts of 1 articles .* \(theirs-1\), so near copies"):
        silver(corpus, tmp_path / "silver")
    made = silver(corpus, tmp_path / "silver", without_near=True)
    assert made.manifest.silver is not None
    assert made.manifest.silver.not_compared == ["theirs-1"]
    assert "could not be told" in (made.folder / "README.md").read_text(encoding="utf-8")


def test_gold_and_silver_have_no_difference_to_show(checkout: Path, corpus: Corpus, tmp_path: Path) -> None:
    silver(corpus, tmp_path / "silver")
    build(corpus, tmp_path / "gold", version="1.0.0", checkout=checkout)
    with pytest.raises(CallError, match="nothing to compare"):
        diff(tmp_path / "gold", tmp_path / "silver")
    with pytest.raises(CallError, match="is no silver release"):
        check_apart(corpus, tmp_path / "gold")


@pytest.mark.parametrize(
    ("said", "message"),
    [
        ({"entities": [{"start": 0, "end": 999, "type": "PER"}]}, "entities"),
        ({"entities": [{"start": 0, "end": 3, "type": "Persona"}]}, "Persona"),
        ({"entities": [], "confidence": 1}, "unknown keys confidence"),
    ],
)
def test_a_record_that_does_not_fit_ends_the_build_and_leaves_nothing(
    corpus: Corpus, tmp_path: Path, said: dict[str, Any], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        silver(corpus, tmp_path / "out" / "silver", [PAIRS[1], (NEWS[0], {"article": NEWS[0].id, **said})])
    assert not (tmp_path / "out").exists()


def test_predictions_of_other_articles_are_refused(corpus: Corpus, tmp_path: Path) -> None:
    records = [said for _, said in PAIRS]
    news = tmp_path / "news.jsonl"
    write_json_lines(news, [{**each.model_dump(), "text": each.text} for each in NEWS])

    def refused(said: list[Any], shard: int) -> str:
        write_json_lines(tmp_path / "p.jsonl", said)
        with pytest.raises(DataError) as caught:
            build_silver(
                [str(news)],
                [str(tmp_path / "p.jsonl")],
                corpus,
                tmp_path / f"out-{len(said)}-{shard}",
                annotator="a-model",
                version="1.0.0",
                shard=shard,
            )
        return str(caught.value)

    for shard in (1, 2, 3, 500):
        told = refused(records[1:], shard)
        assert (
            "p.jsonl:1: 1 fault\n  expected the record of 'ours-news-0', found that of 'ours-news-1'" in told
        )
        told = refused(records[:2], shard)
        assert "news.jsonl:3: 1 fault\n  no prediction for this article, nor for what comes after" in told
        told = refused([*records, records[0]], shard)
        assert "p.jsonl:4: 1 fault\n  a record more than there are articles" in told


@pytest.mark.parametrize("version", ["1.0", "01.0.0", "١.٠.٠", "v1.0.0"])
def test_a_version_is_spelt_in_one_way(version: str, corpus: Corpus, tmp_path: Path) -> None:
    with pytest.raises(CallError, match=r"three numbers such as 1\.2\.0"):
        silver(corpus, tmp_path / "silver", version=version)


def test_an_unknown_source_and_an_empty_stream_are_errors(corpus: Corpus, tmp_path: Path) -> None:
    stranger = article(1, TEXTS[0], source="elsewhere")
    with pytest.raises(DataError, match="no source 'elsewhere'"):
        silver(corpus, tmp_path / "one", [(stranger, {"article": stranger.id})])
    with pytest.raises(DataError, match="no article is left to release: there was none"):
        silver(corpus, tmp_path / "silver", [])


def test_files_depend_neither_on_workers_nor_on_shards(corpus: Corpus, tmp_path: Path) -> None:
    for name, workers, shard in (("one", 1, 500), ("two", 2, 1), ("three", 3, 2)):
        (tmp_path / name).mkdir()
        silver(corpus, tmp_path / name / "silver", workers=workers, shard=shard, per_part=2)
    whole = contents(tmp_path / "one" / "silver")
    assert contents(tmp_path / "two" / "silver") == contents(tmp_path / "three" / "silver") == whole


def test_a_baseline_says_in_processes_what_it_says_here(corpus: Corpus, tmp_path: Path) -> None:
    model = baseline("gazetteer", corpus)
    news = tmp_path / "news.jsonl"
    write_json_lines(news, [{**each.model_dump(), "text": each.text} for each in NEWS])
    out = tmp_path / "silver"
    build_silver([str(news)], model, corpus, out, annotator="gazetteer", version="1.0.0", workers=2, shard=1)
    here = [model.model.predict({"id": each.id, "text": each.text}) for each in NEWS]
    assert [
        [(each["start"], each["end"], each["type"]) for each in row["entities"]]
        for row in streamed(out, "documents")
    ] == [[(each["start"], each["end"], each["type"]) for each in said["entities"]] for said in here]
    assert any(said["entities"] for said in here)


def test_the_program_writes_a_release_and_tells_what_it_left_out(
    repository: Path, checkout: Path, tmp_path: Path
) -> None:
    news = tmp_path / "news.jsonl"
    texts = write_theirs(tmp_path / "theirs")
    listed = [*NEWS, article(8, OURS["ours-3"])]
    write_json_lines(news, [{**each.model_dump(), "text": each.text} for each in listed])
    out = tmp_path / "silver"
    program = repository / "scripts" / "publish_dataset.py"
    where = ["--annotations", checkout / "annotations", "--texts", texts]
    command = [sys.executable, program, "silver", news, "--model", "gazetteer", "--out", out, *where]
    done = subprocess.run([*map(str, command)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "1 left out: has the text of an article of the corpus" in done.stderr
    assert {row["annotator"] for row in streamed(out, "documents")} == {"gazetteer"}
    scored = subprocess.run(
        [sys.executable, repository / "benchmark" / "evaluate.py", news, "--release", out],
        capture_output=True,
        text=True,
        check=False,
    )
    assert scored.returncode == 2
    assert "is silver, made by gazetteer: nothing is scored on it" in " ".join(scored.stderr.split())
    built = subprocess.run(
        [sys.executable, program, "build", "--out", tmp_path / "gold", "--apart-from", out, *where],
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
