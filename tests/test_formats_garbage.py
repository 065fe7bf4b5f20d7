"""Whatever stands in a file of others, an import ends with passes or with a report: never in between."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from format_articles import first_article
from khabar.checks import check
from khabar.corpus import Corpus
from khabar.errors import DataError
from khabar.formats import Kind, Mending, Terms, brat, conllu_plus, docbin, import_files, oneie
from khabar.schema import Schema
from release_corpus import corpus_of, make_checkout

MANY = settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
PIECES = [
    "سامر", "𐤀", "😀", "\u200f", "\ufeff", " ", "\t", "\n", "\n\n", "\r\n",
    "O", "B-PER", "I-PER", "I-GPE", "B_PER", "I--ORG", "B-", "-DOCSTART-", "-DOCSTART- (x)", "#",
    "# global.columns = ID FORM UD:NER MISC\n", "1\t", "1-2\t", "3.1\t", "# newdoc id = x\n",
    "SpacesAfter=\\n", "SpaceAfter=No", "T1\tPER 0 4\tسامر\n", "T2\tMeet 0 4\tسامر\n",
    "T3\tGPE 0 4;5 6\tx\n", "E1\tMeet:T2 Participant:T1\n", "E2\tMeet:T2 Place:E1\n",
    "A1\trealis E1 future\n", "A2\tmetonym T1\n", "R1\tX Arg1:T1 Arg2:T2\n", "*\tEquiv T1 T2\n",
    "#1\tNote T1\tx\n", "T1\tPER 9 4\tx\n", "T1\tPER 0 99999\tx\n",
]  # fmt: skip


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> Corpus:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    return corpus_of(make_checkout(tmp_path / "checkout", tiny_value, "a card"))


def settle(corpus: Corpus, path: Path, kind: Kind, mending: Mending) -> None:
    """Import the file: every pass is right by the schema, every report names a fault."""
    try:
        imported = import_files(corpus, [path], kind, Terms("a", "ours"), mending=mending)
    except DataError as error:
        told = error.faults
    else:
        texts = {each.id: each.text for each in (*corpus.articles.values(), *imported.new)}
        for each in imported.annotations:
            assert check(each, corpus.schema, text=texts[each.article]) is None
        return
    assert told


mendings = st.builds(
    Mending, names=st.sampled_from([{}, {"B_PER": "B-PER", "GPE": "", "Meet": "Reject"}]), tags=st.booleans(),
    marks=st.booleans(), leave_out=st.booleans(),
)  # fmt: skip


@MANY
@given(
    pieces=st.lists(st.sampled_from(PIECES), max_size=25),
    text=st.lists(st.sampled_from(PIECES[:9]), max_size=12),
    kind=st.sampled_from([Kind.conll2003, Kind.conllu_plus, Kind.brat, Kind.oneie]),
    mending=mendings,
)
def test_garbage_made_of_right_pieces_ends_in_passes_or_a_report(
    corpus: Corpus, pieces: list[str], text: list[str], kind: Kind, mending: Mending
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.ann"
        path.write_text("".join(pieces), encoding="utf-8", newline="")
        path.with_suffix(".txt").write_text("سامر" + "".join(text), encoding="utf-8", newline="")
        settle(corpus, path, kind, mending)


@MANY
@given(data=st.data(), mending=mendings)
def test_a_file_of_ours_with_a_hole_in_it_ends_in_passes_or_a_report(
    corpus: Corpus, tiny_schema: Schema, data: st.DataObject, mending: Mending
) -> None:
    made = {
        Kind.conllu_plus: conllu_plus.write([first_article()], "x"),
        Kind.brat: brat.write([first_article()], "x", tiny_schema),
        Kind.oneie: oneie.write([first_article()], "x"),
        Kind.docbin: docbin.write([first_article()], "x", tiny_schema),
    }
    kind = data.draw(st.sampled_from(list(made)))
    with TemporaryDirectory() as folder:
        for name, content in made[kind].files.items():
            start = data.draw(st.integers(0, len(content)))
            end = data.draw(st.integers(start, min(len(content), start + 20)))
            path = Path(folder) / name
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(content[:start] + content[end:])
        files = [
            each
            for each in Path(folder).rglob("*")
            if each.suffix in {".conllup", ".ann", ".jsonl", ".spacy"}
        ]
        for path in files:
            settle(corpus, path, kind, mending)


VALUES = st.sampled_from([None, 0, -1, 1, 10**9, "x", "T1", [], {}, [[]], True, "Meet", "GPE"])


@MANY
@given(data=st.data(), mending=mendings)
def test_a_window_with_a_wrong_value_ends_in_passes_or_a_report(
    corpus: Corpus, data: st.DataObject, mending: Mending
) -> None:
    lines = oneie.write([first_article()], "x").files["x.jsonl"].decode().splitlines()
    windows = [json.loads(line) for line in lines]
    owner = data.draw(st.sampled_from([windows[1], windows[2]]))
    while True:
        key = data.draw(st.sampled_from(list(owner) if isinstance(owner, dict) else list(range(len(owner)))))
        if not (isinstance(owner[key], dict | list) and owner[key] and data.draw(st.booleans())):
            break
        owner = owner[key]
    owner[key] = data.draw(VALUES)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.jsonl"
        path.write_text("\n".join(map(json.dumps, windows)), encoding="utf-8")
        settle(corpus, path, Kind.oneie, mending)
