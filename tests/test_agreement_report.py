"""Agreement over a corpus: whose passes, intervals, tokens, disagreements, tables and the page."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from conftest import tiny_schema_value
from khabar.agreement import (
    Coefficients,
    Disagreement,
    agreement_tables,
    coefficients,
    compare,
    corpus_pair,
    disagreements,
    intervals_of,
    kappa,
    only,
    pairs,
    passes_in,
    passes_of_corpus,
    report,
)
from khabar.agreement.matching import overlapping_pairs, paired_labels
from khabar.bootstrap import weights
from khabar.corpus import Corpus
from khabar.document import write_annotation
from khabar.errors import CallError, DataError
from khabar.files import dump_json, write_json
from khabar.pages import agreement_page
from khabar.schema import Schema
from khabar.terminal import Console
from release_corpus import by, corpus_of, make_checkout
from test_agreement import FIRST, SECOND, TEXT, annotated, entity, event
from test_leaderboard_page import browser, parsed

__all__ = ["browser"]
SPANS = st.lists(
    st.tuples(st.integers(0, 12), st.integers(1, 5)).map(lambda s: (s[0], s[0] + s[1])), max_size=7
)


@given(SPANS, SPANS, st.randoms(use_true_random=False))
def test_overlaps_are_paired_one_to_one_as_many_as_can_be_in_any_order(
    first: list[tuple[int, int]], second: list[tuple[int, int]], random: Random
) -> None:
    found = overlapping_pairs(first, second)
    assert len({left for left, _ in found}) == len({right for _, right in found}) == len(found)
    assert all(first[a][0] < second[b][1] and second[b][0] < first[a][1] for a, b in found)
    assert len(found) == most_pairs(first, second)
    shuffled = random.sample(first, len(first))
    assert len(overlapping_pairs(shuffled, second)) == len(overlapping_pairs(second, first)) == len(found)


def most_pairs(first: list[tuple[int, int]], second: list[tuple[int, int]]) -> int:
    """By trying everything."""
    if not first:
        return 0
    (start, end), rest = first[0], first[1:]
    best = most_pairs(rest, second)
    for number, (left, right) in enumerate(second):
        if start < right and left < end:
            best = max(best, 1 + most_pairs(rest, [*second[:number], *second[number + 1 :]]))
    return best


def test_labels_of_one_span_are_paired_equal_ones_first() -> None:
    assert paired_labels(["Meet", "Attack"], ["Reject", "Meet"]) == [("Meet", "Meet"), ("Attack", "Reject")]
    assert paired_labels(["Meet"], ["Reject", "Attack"]) == [("Meet", "Attack")]


def test_a_longer_span_agrees_by_overlap_and_not_by_span(tiny_schema: Schema) -> None:
    one, other = annotated("a", entity("T1", "GPE", 0, 5)), annotated("b", entity("T1", "GPE", 0, 10))
    counts = compare(one, other, tiny_schema).counts
    assert (counts["entity"].match, counts["entity_overlap"].match) == (0, 1)


def test_every_token_has_the_type_of_its_outermost_mention(tiny_schema: Schema) -> None:
    outer = annotated("a", entity("T1", "ORG", 0, 14), entity("T2", "GPE", 0, 5), event("E1", "Meet", 27, 33))
    found = compare(outer, SECOND, tiny_schema, TEXT).tokens
    assert found["entities"] == {("ORG", "GPE"): 1, ("ORG", "O"): 1, ("ORG", "PER"): 1, ("O", "O"): 5}
    assert found["triggers"] == {("O", "O"): 6, ("O", "Reject"): 1, ("Meet", "Reject"): 1}
    assert compare(outer, SECOND, tiny_schema).tokens == {}


def test_kappa_and_alpha_of_tokens_are_the_textbook_figures() -> None:
    # Krippendorff's worked example of nominal data by two coders (2011, "Computing ...", A): alpha 0.095
    binary = Counter({("0", "0"): 5, ("0", "1"): 3, ("1", "0"): 1, ("1", "1"): 1})
    found = coefficients(binary)
    assert found.tokens == 10
    assert found.alpha == pytest.approx(0.095, abs=0.0005)
    assert found.kappa == pytest.approx(kappa(binary))
    assert coefficients({("O", "O"): 9}) == Coefficients(9, None, None)
    assert coefficients({}) == Coefficients(0, None, None)


def test_disagreements_say_what_each_gives_and_with_which_words() -> None:
    assert disagreements(FIRST, SECOND) == {
        Disagreement("entity type", "ORG", "PER", "خطه", "خطة"): 1,
        Disagreement("entity", "GPE", "–", "لندن", "لندن"): 1,
        Disagreement("trigger type", "Meet", "Reject", "اجتماع", "اجتماع"): 1,
        Disagreement("argument", "Reject.Proposal", "–", "خطه", "خطة"): 1,
        Disagreement("argument", "–", "Reject.Place", "موسكو", "موسكو"): 1,
    }
    moved = annotated("b", entity("T1", "GPE", 0, 10), event("E1", "Meet", 20, 21))
    assert disagreements(annotated("a", entity("T1", "GPE", 0, 5)), moved) == {
        Disagreement("entity span", "GPE موسكو", "GPE موسكو ترفض", "موسكو | موسكو ترفض", ""): 1,
        Disagreement("trigger", "–", "Meet", TEXT[20:21], ""): 1,
    }
    assert disagreements(FIRST, FIRST) == {}


def test_intervals_are_percentiles_of_f1_over_drawn_articles(tiny_schema: Schema) -> None:
    articles = [
        compare(FIRST, SECOND, tiny_schema),
        compare(FIRST, FIRST, tiny_schema),
        compare(SECOND, SECOND, tiny_schema),
    ]
    found = intervals_of(articles, resamples=300, seed=4)
    drawn = np.concatenate(list(weights(3, 300, 4)))
    match, both = np.array([1, 3, 2]), np.array([5, 6, 4])
    low, high = np.quantile(2 * (drawn @ match) / (drawn @ both), [0.025, 0.975])
    assert found["entity", ""] == pytest.approx((low, high))
    assert found["entity", "GPE"] is not None
    assert intervals_of(articles[:1]) == dict.fromkeys(found)
    assert intervals_of(articles, resamples=300, seed=4) == found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Passes of a, b and c; the gold of ours-1 was made of a and b, that of ours-2 of b and c."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    checkout = make_checkout(tmp_path / "checkout", tiny_schema_value(), "canary GUID x")
    annotations = checkout / "annotations"
    corpus = corpus_of(checkout)
    for article in ("ours-2", "theirs-1"):
        gold = corpus.gold[article]
        write_annotation(annotations / "passes" / "c" / f"{article}.json", by("c", gold, without_events=True))
    for article, names in (("ours-1", ["a", "b"]), ("ours-2", ["b", "c"]), ("ours-3", ["a", "x"])):
        decided = {"article": article, "text_sha256": corpus.articles[article].text_sha256, "judge": "j",
                   "schema": "1.0", "passes": names, "decisions": []}  # fmt: skip
        write_json(annotations / "decisions" / f"{article}.json", decided)
    return annotations


def test_the_figure_of_the_corpus_is_of_the_passes_that_gold_was_made_of(folder: Path) -> None:
    corpus = Corpus(folder)
    passes = passes_of_corpus(corpus)
    headline = corpus_pair(corpus, passes)
    assert headline is not None
    assert (headline.first, headline.second, list(headline.articles)) == ("", "", ["ours-1", "ours-2"])
    counts = headline.total.counts["trigger_c"]
    assert (counts.match, counts.first, counts.second) == (3, 4, 3)
    found = [(each.first, each.second, list(each.articles)) for each in pairs(corpus, passes)]
    assert found == [
        ("a", "b", ["ours-1", "ours-2", "ours-3", "theirs-1"]),
        ("a", "c", ["ours-2", "theirs-1"]),
        ("b", "c", ["ours-2", "theirs-1"]),
    ]


def test_passes_may_stand_in_another_folder_and_be_of_some_articles(folder: Path, tmp_path: Path) -> None:
    corpus = Corpus(folder)
    pilot = tmp_path / "pilot"
    shutil.copytree(folder / "passes", pilot)
    shutil.rmtree(folder / "passes")
    passes = only(passes_in(corpus, pilot), ["ours-2"])
    assert [(each.first, each.second, list(each.articles)) for each in pairs(corpus, passes)] == [
        ("a", "b", ["ours-2"]),
        ("a", "c", ["ours-2"]),
        ("b", "c", ["ours-2"]),
    ]
    with pytest.raises(CallError, match="no pass of ours-9"):
        only(passes, ["ours-9"])
    with pytest.raises(CallError, match="no passes in"):
        passes_in(corpus, tmp_path / "nowhere")
    (pilot / "c" / "ours-2.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError):
        passes_in(corpus, pilot)


@pytest.fixture
def found(folder: Path) -> dict[str, Any]:
    corpus = Corpus(folder)
    passes = passes_of_corpus(corpus)
    return report(corpus, corpus_pair(corpus, passes), pairs(corpus, passes), resamples=50)


def test_the_report_is_json_with_intervals_and_names_what_has_no_text(found: dict[str, Any]) -> None:
    value = json.loads(dump_json(found))
    assert value["corpus"]["annotators"] is None
    assert value["pairs"][0]["without_text"] == ["theirs-1"]
    assert value["pairs"][0]["measures"]["trigger_c"]["f1_interval"] == [0.4, 1.0]
    assert set(value["corpus"]["tokens"]) == {"entities", "triggers"}
    assert value["corpus"]["tokens"]["entities"]["alpha"] == 1.0
    assert value["corpus"]["disagreements"] == {
        "kinds": {"trigger": 1},
        "most_frequent": [{"kind": "trigger", "first": "Reject", "second": "–", "text": "رفضت", "count": 1}],
    }


def test_the_corpus_is_shown_by_type_and_pairs_are_only_where_they_are_all_there_is(
    found: dict[str, Any],
) -> None:
    titles = [str(table.title) for table in agreement_tables(found)]
    assert titles.count("mentions (span and type) by type") == 1
    assert [each for each in titles if each.endswith(("article", "articles"))] == [
        "the corpus, 2 articles",
        "a and b, 4 articles",
        "a and c, 2 articles",
        "b and c, 2 articles",
    ]
    alone = [str(table.title) for table in agreement_tables({**found, "corpus": None})]
    assert alone.count("mentions (span and type) by type") == 3


def test_every_table_is_readable_at_120_columns(found: dict[str, Any]) -> None:
    for table in agreement_tables(found):
        console = Console(width=400)
        assert console.measure(table).maximum <= 120, table.title


def test_the_page_shows_the_figures_and_nothing_runs_in_it(
    found: dict[str, Any], tiny_schema: Schema
) -> None:
    found["corpus"]["disagreements"]["most_frequent"][0]["text"] = "<img src=x onerror=alert(1)>"
    page = agreement_page(found, tiny_schema)
    assert "<img" not in page
    assert "&lt;img src=x" in page
    tags = parsed(page).tags
    assert [a for tag, a in tags if tag == "script"] == [{}]
    assert not [tag for tag, a in tags if "src" in a or tag == "iframe"]
    assert 'dir="rtl" class="words"' in page
    assert "3 in both; first 4, second 3" in page
    empty = agreement_page({**found, "corpus": None, "pairs": []}, tiny_schema)
    assert "No article has passes of two annotators yet." in empty


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_a_telephone_and_keeps_its_contrast(
    found: dict[str, Any], tiny_schema: Schema, tmp_path: Path, browser: Any, scheme: str
) -> None:
    (tmp_path / "page.html").write_text(agreement_page(found, tiny_schema), encoding="utf-8")
    page = browser.new_page(color_scheme=scheme, viewport={"width": 360, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto((tmp_path / "page.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    words = page.locator("td.words").first
    assert words.evaluate("each => getComputedStyle(each).direction") == "rtl"
    paper, ink = (
        page.evaluate(f"getComputedStyle(document.documentElement).{each}")
        for each in ("backgroundColor", "color")
    )
    page.close()
    assert contrast(paper, ink) > 7
    assert said == []


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two colours as `rgb(…)`."""

    def luminance(colour: str) -> float:
        parts = [int(each) / 255 for each in colour[4:-1].split(",")]
        linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in parts]
        return sum(weight * each for weight, each in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_the_program_prints_tables_writes_the_page_and_takes_other_passes(
    repository: Path, folder: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "scripts/gather_annotations.py", "agreement", "--annotations", str(folder)]
    environment = {key: value for key, value in os.environ.items() if key != "KHABAR_TEXTS"}

    def run(*more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *more], cwd=repository, capture_output=True, text=True, check=False, env=environment
        )

    done = run("--page", str(tmp_path / "page.html"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("the corpus, 2 articles")
    assert "1 without their text, so that their tokens are not counted: theirs-1" in done.stderr
    assert (tmp_path / "page.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    shutil.copytree(folder / "passes", tmp_path / "pilot")
    other = run("--passes", str(tmp_path / "pilot"), "--articles", "ours-1,ours-2", "--format", "json")
    value = json.loads(other.stdout)
    assert value["corpus"] is None
    assert [each["articles"] for each in value["pairs"]] == [["ours-1", "ours-2"], ["ours-2"], ["ours-2"]]
    assert run("--articles", "ours-9").returncode == 2
