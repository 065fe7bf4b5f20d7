"""Whole corpora of others, AQMAR and BioNLP, held against counts made by hand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from conftest import entity_type, role
from importing import TERMS, corpus
from khabar.corpus import Corpus
from khabar.errors import DataError
from khabar.formats import Kind, Mending, files_of, import_files, save_import
from release_corpus import corpus_of, make_checkout

__all__ = ["corpus"]  # a fixture


# --- the corpora of others, where they are on this machine ------------------------------------------

LABEL = re.compile(r"O|[BI]-[A-Za-z][A-Za-z0-9]*")
MARK = re.compile("[\u00ad\u061c\u180e\u200b\u200d-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


AQMAR = ("LOC", "MIS0", "MIS1", "MIS2", "MIS3", "MIS")


@pytest.fixture
def aqmar_corpus(tmp_path: Path, tiny_value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Corpus:
    """A corpus whose schema has the types of AQMAR too."""
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    tiny_value["entity_types"] += [entity_type(name, str(key)) for key, name in enumerate(AQMAR, 4)]
    return corpus_of(make_checkout(tmp_path / "checkout", tiny_value, "a card"))


@pytest.mark.standoff
def test_the_dirt_of_aqmar_is_listed_to_the_last_line(aqmar_corpus: Corpus, corpora: Path) -> None:
    """28 files; what is expected is counted here by reading lines, with nothing of the importer."""
    files = sorted((corpora / "aqmar" / "articles").glob("*.txt"))
    with pytest.raises(DataError) as raised:
        import_files(aqmar_corpus, files, Kind.conll2003, TERMS)
    listed = Counter(
        (report.source, each.where, each.code) for report in raised.value.reports for each in report.faults
    )
    expected = aqmar_by_hand(files, {"PER", "ORG", *AQMAR})
    assert len(files) == 28
    assert listed == expected
    assert Counter(code for _, _, code in listed) == {"label": 8, "type": 3, "sequence": 68, "marks": 70}


def aqmar_by_hand(files: list[Path], known: set[str]) -> Counter[tuple[str, str, str]]:
    found: Counter[tuple[str, str, str]] = Counter()
    for path in files:
        before = "O"
        for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
            word, _, label = line.partition(" ")
            place = (str(path), f"line {number}")
            if MARK.search(word):
                found[*place, "marks"] += 1
            if word and not LABEL.fullmatch(label):
                found[*place, "label"] += 1
            elif label[2:] and label[2:] not in known:
                found[*place, "type"] += 1
            if (
                label[:2] == "I-"
                and LABEL.fullmatch(label)
                and LABEL.fullmatch(before)
                and before[2:] != label[2:]
            ):
                found[*place, "sequence"] += 1
            before = label or "O"
    return found


@pytest.mark.standoff
def test_aqmar_comes_in_once_every_repair_is_named(
    aqmar_corpus: Corpus, corpora: Path, tmp_path: Path
) -> None:
    files = sorted((corpora / "aqmar" / "articles").glob("*.txt"))
    labels = {
        "OO": "O",
        "IO": "O",
        "I--ORG": "I-ORG",
        "B-MIS1`": "B-MIS1",
        "B-MIS-1": "B-MIS1",
        "B-MIS-2": "B-MIS2",
    }
    names = {**labels, "MISS1": "MIS1", "SPANISH": "", "ENGLISH": ""}
    imported = import_files(
        aqmar_corpus, files, Kind.conll2003, TERMS, mending=Mending(names, tags=True, marks=True)
    )
    lines = [line for path in files for line in path.read_text(encoding="utf-8").split("\n")]
    words = [MARK.sub("", line.partition(" ")[0]) for line in lines]
    assert len(imported.new) == 28
    assert sum(len(each.text.split()) for each in imported.new if each.text) == sum(map(bool, words))
    assert imported.mended["words without marks"] == 70
    assert imported.mended["names mapped"] == 11
    assert len(save_import(aqmar_corpus, imported).written) == 56
    there = corpus_of(aqmar_corpus.folder.parent).annotations("a")
    found = [len(each.entities) for each in there if each.article in {article.id for article in imported.new}]
    labels_that_begin = [line for line in lines if line.partition(" ")[2][:2] == "B-"]
    assert (len(found), sum(found)) == (28, len(labels_that_begin) - 2 + imported.mended["sequences mended"])


@pytest.mark.standoff
def test_the_events_of_brat_are_listed_where_we_have_no_place_for_them(
    tmp_path: Path, corpora: Path, tiny_value: dict[str, Any]
) -> None:
    """40 documents; every nested event, equivalence and second event of a trigger, counted by hand."""
    folder = corpora / "brat-events"
    corpus = corpus_of(make_checkout(tmp_path / "checkout", bionlp_schema(tiny_value, folder), "a card"))
    files = files_of(folder, Kind.brat)
    names = bionlp_names(folder)
    with pytest.raises(DataError) as raised:
        import_files(corpus, files, Kind.brat, TERMS, mending=Mending(names))
    by_hand = brat_by_hand(files)
    assert len(files) == 40
    assert Counter(each.code for each in raised.value.faults) == by_hand
    imported = import_files(corpus, files, Kind.brat, TERMS, mending=Mending(names, leave_out=True))
    events = [each for said in imported.annotations for each in said.events]
    assert len(imported.annotations) == 40
    assert len(events) == 305 - by_hand["same-trigger"]
    assert sum(len(said.entities) for said in imported.annotations) == 644 - 3
    assert Counter(fault.code for report in imported.left_out for fault in report.faults) == by_hand


def brat_by_hand(files: list[Path]) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in files:
        lines = path.read_text(encoding="utf-8").splitlines()
        spans = {line.split("\t")[0]: line.split("\t")[1] for line in lines if line[0] == "T"}
        triggers = {line.split("\t")[1].split()[0].split(":")[1] for line in lines if line[0] == "E"}
        mentions = {
            name: [int(n) for n in span.split()[1:]] for name, span in spans.items() if name not in triggers
        }
        second = in_the_word_of_another(mentions, path.with_suffix(".txt").read_text(encoding="utf-8"))
        found["shared-word"] += len(second)
        seen: set[str] = set()
        for line in lines:
            found["equivalence"] += line[0] == "*"
            if line[0] != "E":
                continue
            trigger, *arguments = line.split("\t")[1].split()
            span = spans[trigger.split(":")[1]]
            if span in seen:
                found["same-trigger"] += 1
            else:
                found["event-as-argument"] += sum(":E" in each for each in arguments)
                found["argument"] += sum(each.split(":")[1] in second for each in arguments)
            seen.add(span)
    return +found


def in_the_word_of_another(mentions: dict[str, list[int]], text: str) -> set[str]:
    """Mentions that begin in the middle of a word (`K27` of `H3K27`) in which another one ends."""
    return {
        name
        for word in re.finditer(r"\w+", text)
        for name, (start, _) in mentions.items()
        if word.start() < start < word.end()
        and any(word.start() < end <= start for _, end in mentions.values())
    }


def bionlp_names(folder: Path) -> dict[str, str]:
    """Types without their underscores, which our names have not, and attributes in small letters."""
    said = {
        line.split("\t")[1].split(" ")[0].split(":")[0]
        for line in annotation_lines(folder)
        if line[0] in "TE"
    }
    return {each: each.replace("_", "") for each in said} | {
        "Negation": "negation",
        "Speculation": "speculation",
    }


def annotation_lines(folder: Path) -> list[str]:
    files = sorted(folder.rglob("*.ann"))
    return [line for path in files for line in path.read_text(encoding="utf-8").splitlines()]


def bionlp_schema(value: dict[str, Any], folder: Path) -> dict[str, Any]:
    """A schema in which every event type of the corpus takes every role of it."""
    lines = annotation_lines(folder)
    events = {line.split("\t")[1].split(":")[0].replace("_", "") for line in lines if line[0] == "E"}
    roles = {
        re.sub(r"\d+$", "", each.split(":")[0])
        for line in lines
        if line[0] == "E"
        for each in line.split("\t")[1].split()[1:]
    }
    pattern = value["event_types"][0]
    keys = iter("abcdefghijklmnopqrstuvwxyz")
    flag = value["entity_attributes"][0]
    value["entity_types"] = [entity_type("Protein", "1"), entity_type("Entity", "2")]
    value["entity_attributes"] = []
    value["common_roles"] = []
    given = [role(each, ["Protein", "Entity"], many=True) for each in sorted(roles)]
    value["event_types"] = [
        pattern | {"name": each, "hotkey": next(keys), "roles": given} for each in sorted(events)
    ]
    value["event_attributes"] = [
        flag | {"name": each, "applies_to": sorted(events), "hotkey": f"shift+{each[0]}"}
        for each in ("negation", "speculation")
    ]
    return value
