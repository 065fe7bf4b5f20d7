"""Near duplicates among many: what is found, what stays, and how little is missed."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest
from datasketch import MinHash, MinHashLSH
from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.errors import CallError
from khabar.text.copies import Index, Looked, Near, Originals, Sketches, without_copies
from khabar.text.dedup import near_duplicates
from khabar.text.shingles import numbered, runs, shared

WORDS = [f"كلمة{number}" for number in range(4000)]
INDEXES = pytest.mark.parametrize("index", [Originals, Sketches])


def article(seed: int, size: int = 300) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=size))


def without_words(text: str, share: float, seed: int) -> str:
    chooser = random.Random(seed)
    return " ".join(word for word in text.split() if chooser.random() >= share)


def fates(articles: Iterable[tuple[str, str]], index: Index) -> dict[str, str | None]:
    return {name: None if near is None else near.original for name, near in without_copies(articles, index)}


def test_runs_are_of_three_words_under_the_matching_key() -> None:
    assert runs("أعلنت الحكومة، إلى الأمّة") == ["اعلنت الحكومه الي".encode(), "الحكومه الي الامه".encode()]
    assert runs("نعم لا") == ["نعم لا".encode()]
    assert runs(" … ") == runs("") == []


def test_numbers_of_runs_are_the_same_in_every_process() -> None:
    program = "from khabar.text.shingles import *; print(numbered(runs('قال وزير النقل إن')).tolist())"
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert said == {f"{numbered(runs('قال وزير النقل إن')).tolist()}\n"}


@given(st.sets(st.integers(0, 60)), st.sets(st.integers(0, 60)))
def test_shared_runs_are_those_in_both(left: set[int], right: set[int]) -> None:
    of = [numbered([str(each).encode() for each in side]) for side in (left, right)]
    assert shared(*of) == len(left & right)


@INDEXES
def test_a_half_a_copy_with_furniture_and_another_spelling_are_near(index: Callable[[], Index]) -> None:
    whole = article(1)
    articles = [
        ("whole", whole),
        ("half", " ".join(whole.split()[:150])),
        ("furniture", f"{article(7, 40)}\n{whole}\n{article(8, 40)}"),
        ("spelling", whole.replace("ة", "ه").replace("ك", "ک")),
        ("other", article(2)),
        ("empty", ""),
        ("marks", "…"),
    ]
    expected = {"whole": None, "half": "whole", "furniture": "whole", "spelling": "whole"}
    assert fates(articles, index()) == {**expected, "other": None, "empty": None, "marks": None}


@INDEXES
def test_the_figures_are_those_of_the_small_search(index: Callable[[], Index]) -> None:
    left, right = "واحد اثنان ثلاثة أربعة خمسة", "واحد اثنان ثلاثة أربعة ستة سبعة"
    (pair,) = near_duplicates({"a": left, "b": right})
    made = index()
    made.add("a", Looked.at(left))
    assert made.near(Looked.at(right)) == [Near("a", pair.containment, pair.jaccard)]
    assert (pair.containment, pair.jaccard) == (2 / 3, 2 / 5)


@INDEXES
def test_the_nearest_comes_first_and_what_stays_is_never_near_what_stays(index: Callable[[], Index]) -> None:
    base = article(3)
    chain = [base]
    for step in range(6):  # a live page: each version is near the one before, the last not near the first
        chain.append(" ".join([*chain[-1].split()[60:], *article(100 + step, 60).split()]))
    articles = [(f"v{number}", text) for number, text in enumerate(chain)]
    found = fates(articles, index())
    stay = {name for name, original in found.items() if original is None}
    assert {"v0"} < stay
    assert all(original in stay for original in found.values() if original is not None)
    texts = dict(articles)
    assert near_duplicates({name: texts[name] for name in stay}) == []


@pytest.mark.parametrize("threshold", [0, -0.1, 1.1])
@INDEXES
def test_a_threshold_that_is_no_share_is_refused(index: type[Originals | Sketches], threshold: float) -> None:
    with pytest.raises(ValueError, match="is not in"):
        index(threshold=threshold)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("ابت ", max_size=24), max_size=8))
def test_the_exact_index_finds_the_pairs_of_the_small_search(texts: list[str]) -> None:
    named = {f"t{number}": text for number, text in enumerate(texts)}
    index, found = Originals(), set()
    for name, text in named.items():
        looked = Looked.at(text)
        found |= {(each.original, name, each.containment) for each in index.near(looked)}
        index.add(name, looked)
    assert found == {(each.left, each.right, each.containment) for each in near_duplicates(named)}


def with_known_copies(articles: int) -> tuple[list[tuple[str, str]], dict[str, str]]:
    """Articles, then copies with one word in ten left out, halves, and others with an article's start."""
    originals = [(f"a{number:05}", article(number)) for number in range(articles)]
    copies: dict[str, tuple[str, str]] = {}
    for number, (name, text) in enumerate(originals):
        copies[f"dropped-{name}"] = (name, without_words(text, 0.06, number))
        copies[f"half-{name}"] = (name, " ".join(text.split()[:150]))
        copies[f"rewritten-{name}"] = (
            name,
            " ".join([*text.split()[:220], *article(10**6 + number, 80).split()]),
        )
    listed = [*originals, *((name, text) for name, (_, text) in copies.items())]
    return listed, {name: original for name, (original, _) in copies.items()}


def test_of_known_copies_nearly_all_are_found_and_nothing_else() -> None:
    articles, copies = with_known_copies(400)
    found = {name: near for name, near in fates(articles, Sketches()).items() if near is not None}
    assert found.items() <= copies.items()
    assert len(found) >= 0.995 * len(copies)


def test_datasketch_finds_no_pair_that_is_missed_here() -> None:
    """A second opinion: its pairs of a Jaccard similarity of half, counted, are among ours."""
    articles, _ = with_known_copies(150)
    peer = MinHashLSH(threshold=0.5, num_perm=128)
    theirs, shingles = set(), {}
    for name, text in articles:
        sketch = MinHash(num_perm=128)
        sketch.update_batch(runs(text))
        shingles[name] = numbered(runs(text))
        theirs |= {(other, name) for other in peer.query(sketch)}
        peer.insert(name, sketch)
    ours, index = set(), Sketches()
    for name, text in articles:
        looked = Looked.at(text)
        ours |= {(near.original, name) for near in index.near(looked)}
        index.add(name, looked)
    counted = {
        (left, right)
        for left, right in theirs
        if (both := shared(shingles[left], shingles[right]))
        and both / (len(shingles[left]) + len(shingles[right]) - both) >= 0.5
    }
    assert len(counted) > 250
    assert counted <= ours


def test_the_same_articles_give_the_same_answer_in_every_process(repository: Path) -> None:
    program = (
        "from tests.test_copies import *; articles, _ = with_known_copies(30); "
        "print(sorted(fates(articles, Sketches()).items(), key=str))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(repository), "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(said) == 1


def test_without_rensa_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rensa", None)
    with pytest.raises(CallError, match=r"pip install 'khabar\[scale\]'"):
        Sketches()
