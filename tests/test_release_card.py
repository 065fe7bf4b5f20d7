"""The card: every figure computed, safe whatever the corpus says, one place for citation and canary."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.corpus import SPLITS, Corpus
from khabar.errors import DataError
from khabar.files import write_json
from khabar.release.card import Canary, Verbatim, canary, figures, licence_names, render, size_category
from khabar.release.citation import read_citation
from khabar.release.counts import Census
from khabar.release.features import CONFIGS, columns
from khabar.release.manifest import SplitRows
from khabar.release.parquet import Written
from khabar.release.tables import rows_of
from khabar.release.walk import walk
from release_corpus import CANARY, corpus_of, keep_theirs_back, make_checkout, write_theirs


@pytest.fixture
def checkout(
    tmp_path: Path, tiny_value: dict[str, Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path / "checkout", tiny_value, card)


def census_of(corpus: Corpus, with_texts: tuple[str, ...] = ()) -> Census:
    census = Census(corpus, SPLITS)
    for annotated in walk(corpus, census.left_out, with_texts=with_texts):
        census.add(annotated, rows_of(annotated, corpus.schema))
    return census


def card_of(checkout: Path, corpus: Corpus | None = None, with_texts: tuple[str, ...] = ()) -> str:
    corpus = corpus or corpus_of(checkout)
    census = census_of(corpus, with_texts)
    size = Written(SplitRows(rows=1, content_digest="d" * 64), bytes=10, arrow_bytes=20)
    made = figures(
        corpus,
        census,
        version="1.2.3",
        content_digest="d" * 64,
        citation=read_citation(checkout / "CITATION.cff"),
        written={config: dict.fromkeys(SPLITS, size) for config in CONFIGS},
    )
    return render((checkout / "dataset_card.md").read_text(encoding="utf-8"), made)


def test_the_metadata_names_one_default_configuration_and_all_splits(checkout: Path) -> None:
    metadata = yaml.safe_load(card_of(checkout).split("---\n")[1])
    assert [(each["config_name"], each.get("default"), each["version"]) for each in metadata["configs"]] == [
        ("documents", True, "1.2.3"),
        ("ner", None, "1.2.3"),
        ("triggers", None, "1.2.3"),
        ("passes", None, "1.2.3"),
    ]
    assert metadata["configs"][1]["data_files"] == [
        {"split": split, "path": f"data/ner/{split}-*"} for split in ("train", "validation", "test")
    ]
    info = metadata["dataset_info"][1]
    assert (info["download_size"], info["dataset_size"]) == (30, 60)
    assert info["splits"][0] == {"name": "train", "num_bytes": 20, "num_examples": 1}
    keys = (
        "license",
        "language",
        "task_categories",
        "size_categories",
        "pretty_name",
        "annotations_creators",
    )
    assert {key: metadata[key] for key in keys} == {
        "license": "cc-by-4.0",
        "language": ["ar"],
        "task_categories": ["token-classification"],
        "size_categories": ["n<1K"],
        "pretty_name": "Khabar",
        "annotations_creators": ["machine-generated"],
    }
    assert len(set(metadata["tags"])) == len(metadata["tags"])


def test_figures_are_counted_from_the_rows(checkout: Path) -> None:
    card = card_of(checkout)
    assert "| entity mentions | 6 | 1 | 2 | 9 |" in card
    assert "| arguments | 3 | 1 | 2 | 6 |" in card
    assert "| `GPE` | GPE | GPE | 4 | 1 | 1 | 6 |" in card
    assert "| `Meet` | لقاء | Participant+, Topic, Place+, Time+ | حدث | 2 | 0 | 1 | 3 |" in card
    assert "| `triggers`: spans inside another or on the same words | 1 | 0 | 0 |" in card
    assert "- `realis` (`actual`, `future`, `negated`, `hypothetical`; of every event type): الواقعية" in card


def test_every_column_is_described_with_its_type_and_where_it_is(checkout: Path) -> None:
    card = card_of(checkout)
    part = card.split("### Columns\n")[1].split("\n### ")[0]
    rows = [line.strip("| ").split(" | ") for line in part.splitlines() if line.startswith("| `")]
    every = columns(corpus_of(checkout).schema)
    assert {row[0].strip("`") for row in rows} == {name for each in every.values() for name in each}
    said = {row[0].strip("`"): row[1:3] for row in rows}
    assert said["id"] == ["all", "`string`"]
    assert said["annotator"] == ["passes", "`string`"]
    assert said["starts"] == ["ner, triggers", "`list of int32`"]
    assert said["ner_tags"] == ["ner", "`list of class label of 7`"]
    assert said["sentences"] == ["documents, passes", "`list of {id: string, start: int32, end: int32}`"]
    assert "trigger: {start: int32, end: int32, text: string}" in said["events"][1]
    assert "arguments: list of {role: string, entity: string, " in said["events"][1]


def test_the_card_says_how_to_load_this_very_release_and_how_to_submit(checkout: Path) -> None:
    card = card_of(checkout)
    assert 'place, revision = "OWNER/NAME", "v1.2.3"' in card
    assert "hf://datasets/OWNER/NAME@v1.2.3" in card
    assert "benchmark/submissions/<your system>/" in card


def test_what_is_left_out_is_named_in_the_card_and_nothing_is_said_where_nothing_is(
    checkout: Path, tmp_path: Path
) -> None:
    assert "train: `theirs-1` (1)." in card_of(checkout)
    assert "Left out of this build" not in card_of(
        checkout, corpus_of(checkout, write_theirs(tmp_path / "t"))
    )


def test_the_licences_of_a_mixed_release_are_all_named(checkout: Path, tmp_path: Path) -> None:
    alone = yaml.safe_load(card_of(checkout).split("---\n")[1])
    assert alone["license"] == "cc-by-4.0"
    card = card_of(checkout, corpus_of(checkout, write_theirs(tmp_path / "t")))
    assert yaml.safe_load(card.split("---\n")[1])["license"] == ["cc-by-4.0", "cc-by-sa-4.0"]
    assert "**Share alike.**" in card
    assert "**Share alike.**" not in card_of(checkout)


def test_terms_in_words_are_other_to_the_hub_and_said_once() -> None:
    assert licence_names(["CC-BY-4.0", "all rights reserved", "ask us", "CC0-1.0"]) == [
        "cc-by-4.0",
        "other",
        "cc0-1.0",
    ]


def test_what_stays_out_for_its_licence_is_named_whether_its_text_is_here_or_not(
    checkout: Path, tmp_path: Path
) -> None:
    keep_theirs_back(checkout)
    card = card_of(checkout)
    assert card == card_of(checkout, corpus_of(checkout, write_theirs(tmp_path / "t")))
    assert (
        "do not let others pass their text on; their annotations are in the project's repository: train:"
        in card
    )
    assert "Left out of this build" not in card
    local = card_of(checkout, corpus_of(checkout, tmp_path / "t"), with_texts=("theirs",))
    assert "**Not to be passed on.** This folder was built for one machine" in local


def test_model_made_annotations_are_called_so(checkout: Path) -> None:
    card = card_of(checkout)
    assert "**All passes and all decisions were made by language models, none by people.**" in card
    assert "| `a` | model | a test | annotator | 1.0 | 3 |" in card
    assert "| `j` | model | a test | judge | 1.0 | 0 |" in card


def test_people_beside_models_are_told_apart(checkout: Path) -> None:
    path = checkout / "annotations" / "annotators.yaml"
    value = yaml.safe_load(path.read_text(encoding="utf-8"))
    value[0]["kind"] = "human"
    path.write_text(yaml.safe_dump(value), encoding="utf-8")
    card = card_of(checkout)
    assert "**Some of the passes or decisions were made by language models**" in card
    assert yaml.safe_load(card.split("---\n")[1])["annotations_creators"] == [
        "expert-generated",
        "machine-generated",
    ]


def test_agreement_is_that_of_the_released_passes(checkout: Path, tmp_path: Path) -> None:
    corpus = corpus_of(checkout)
    (pair,) = census_of(corpus).pairs
    assert (pair.first, pair.second, pair.articles) == ("a", "b", 3)
    trigger = pair.agreement.counts["trigger_c"]
    assert (trigger.match, trigger.first, trigger.second) == (4, 5, 4)
    assert pair.kappas["metonym"] == (6, 1.0)
    assert "| triggers: span and event type (Trig-C) | 4 | 5 | 4 | 0.889 |" in card_of(checkout)
    more = corpus_of(checkout, write_theirs(tmp_path / "t"))
    assert census_of(more).pairs[0].articles == 4


def test_one_annotator_alone_has_no_agreement_and_the_card_says_so(checkout: Path) -> None:
    for path in (checkout / "annotations" / "passes" / "b").iterdir():
        path.unlink()
    assert "No article was annotated by two annotators." in card_of(checkout)


def test_a_script_in_a_name_cannot_run_nor_break_a_table(checkout: Path) -> None:
    card = card_of(checkout)
    assert "<script>" not in card
    assert "| ours \\| &lt;script&gt;alert(1)&lt;/script&gt; | CC-BY-4.0 |" in card


@settings(deadline=None)
@given(st.text())
def test_whatever_is_printed_stays_in_its_cell(text: str) -> None:
    line = render("| {{ it }} |", {"it": text})
    assert "<" not in line
    assert "\n" not in line
    assert "\r" not in line
    assert len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) >= 2
    assert line.count("|") - line.count("\\|") == 2


def test_code_and_metadata_are_printed_as_they_are() -> None:
    assert render("{{ it }}", {"it": Verbatim("a < b | c\nd")}) == "a < b | c\nd"


def test_every_table_of_the_card_has_rows_of_one_width(checkout: Path) -> None:
    tables = re.findall(r"(?:^\|.*\n)+", card_of(checkout), re.MULTILINE)
    assert len(tables) == 10
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", line.rstrip())) for line in table.splitlines()}
        assert len(widths) == 1, table


def test_a_template_that_asks_for_what_is_not_there_is_refused_with_what(checkout: Path) -> None:
    (checkout / "dataset_card.md").write_text("{{ nonsense }}", encoding="utf-8")
    with pytest.raises(DataError, match="'nonsense' is undefined"):
        card_of(checkout)


def test_a_broken_template_is_refused_with_its_line() -> None:
    with pytest.raises(DataError) as caught:
        render("one\n{% if %}\n", {})
    assert caught.value.faults[0].where == "line 2"


def test_the_canary_is_read_from_its_line() -> None:
    line = f"Keep out. Tiny canary GUID {CANARY}"
    assert canary(f"Words.\n\n{line}\nMore.\n") == Canary(line, CANARY)
    with pytest.raises(DataError, match="found none"):
        canary("Tiny canary GUID not-a-uuid\n")


def test_the_card_of_this_repository_is_cited_as_the_citation_file_says(checkout: Path) -> None:
    assert (
        "@misc{tiny-1-2-3,\n  title = {Tiny: a corpus of a test},\n"
        "  author = {{The testers} and {Samer Alnahri}},\n  year = {2024},\n  version = {1.2.3}\n}"
    ) in card_of(checkout)


def test_every_fault_of_the_citation_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text("title: T\nauthors: []\ndate-released: soon\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_citation(tmp_path / "CITATION.cff")
    assert [fault.where for fault in caught.value.faults] == ["abstract", "authors", "date-released"]


@pytest.mark.parametrize(
    ("rows", "name"),
    [(1, "n<1K"), (999, "n<1K"), (1000, "1K<n<10K"), (10_000, "10K<n<100K"), (20_000_000, "10M<n<100M")],
)
def test_sizes_are_named_as_the_hub_names_them(rows: int, name: str) -> None:
    assert size_category(rows) == name


def decide(checkout: Path, article: str, passes: list[str]) -> None:
    """Decisions on the article that name these passes."""
    digest = corpus_of(checkout).articles[article].text_sha256
    decided = {"article": article, "text_sha256": digest, "judge": "j", "schema": "1.0", "passes": passes}
    write_json(checkout / "annotations" / "decisions" / f"{article}.json", decided | {"decisions": []})


def test_agreement_over_the_release_is_of_the_passes_that_gold_was_made_of(checkout: Path) -> None:
    corpus = corpus_of(checkout)
    assert [each.name for each in census_of(corpus).pairs] == ["a and b"]
    for article in ("ours-1", "ours-2"):
        decide(checkout, article, ["a", "b"])
    corpus = corpus_of(checkout)
    whole, pair = census_of(corpus).pairs
    assert (whole.name, whole.articles) == ("the two passes that gold was made of", 2)
    assert (pair.name, pair.articles) == ("a and b", 3)
    assert whole.agreement.counts["trigger_c"].f1 == 1.0
    assert whole.intervals["trigger_c"] == (1.0, 1.0)
    interval = pair.intervals["trigger_c"]
    assert interval is not None
    assert interval.low < (pair.agreement.counts["trigger_c"].f1 or 0) <= interval.high
    card = card_of(checkout)
    assert "**Over the release**: each article's two passes that its gold was made of" in card
    assert f"| {interval.low:.3f}–{interval.high:.3f} |" in card


def test_the_card_warns_beside_figures_of_models_only(checkout: Path) -> None:
    said = "Passes of one and the same model agree more than people do"
    annotators = checkout / "annotations" / "annotators.yaml"
    text = annotators.read_text(encoding="utf-8")
    for kinds, count in ((("model", "model"), 1), (("human", "model"), 0)):
        value = yaml.safe_load(text)
        value[0]["kind"], value[1]["kind"] = kinds
        annotators.write_text(yaml.safe_dump(value), encoding="utf-8")
        assert card_of(checkout).count(said) == count


def test_the_card_says_how_many_test_mentions_of_a_type_are_unseen_in_train(checkout: Path) -> None:
    rows = [line for line in card_of(checkout).splitlines() if line.startswith(("| `GPE`", "| `ORG`"))]
    assert [row.split(" | ")[-1] for row in rows] == ["100 % |", "– |"]
