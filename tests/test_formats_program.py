"""The program: exports of a release and of the corpus are the same, and imports write passes."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer

from khabar.corpus import read_corpus
from khabar.errors import CallError, DataError
from khabar.formats import Kind, of_corpus, of_release, write
from khabar.release import build, make_tables
from khabar.terminal import run
from release_corpus import OURS, corpus_of, make_checkout

Program = Callable[..., int]


@pytest.fixture(scope="module")
def app(repository: Path) -> typer.Typer:
    path = repository / "scripts" / "convert_formats.py"
    specification = importlib.util.spec_from_file_location("convert_formats", path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    found: typer.Typer = module.app
    return found


@pytest.fixture
def call(app: typer.Typer) -> Program:
    def called(*arguments: object) -> int:
        with pytest.raises(SystemExit) as ended:
            run(app, [str(each) for each in arguments])
        return int(ended.value.code or 0)

    return called


@pytest.fixture
def checkout(
    tmp_path: Path, tiny_value: dict[str, Any], repository: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path / "checkout", tiny_value, card)


def test_a_release_and_its_corpus_export_the_same(checkout: Path, tmp_path: Path) -> None:
    corpus = corpus_of(checkout)
    build(corpus, tmp_path / "release", version="1.0.0")
    for config in ("documents", "passes"):
        from_corpus, missing = of_corpus(corpus, config=config)
        assert of_release(tmp_path / "release", config=config) == (from_corpus, [])
        assert missing == ["theirs-1"]
    assert list(of_release(tmp_path / "release", split="test")[0]) == ["test"]
    with pytest.raises(CallError, match="no split 'dev'"):
        of_release(tmp_path / "release", split="dev")
    with pytest.raises(CallError, match="is it a release"):
        of_release(tmp_path)
    with pytest.raises(CallError, match="not in 'ner'"):
        of_release(tmp_path / "release", config="ner")


def test_articles_whose_labels_a_release_holds_out_are_told_and_left_out(
    call: Program, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build(corpus_of(checkout), tmp_path / "release", version="1.0.0", hold_out="test")
    arguments = (
        "export",
        tmp_path / "release",
        "--format",
        "brat",
        "--annotations",
        checkout / "annotations",
    )
    assert call(*arguments, "--out", tmp_path / "out") == 0
    assert "1 article left out, labels held out of the release: ours-3" in capsys.readouterr().err
    assert sorted(each.name for each in (tmp_path / "out").iterdir()) == ["train", "validation"]
    assert call(*arguments, "--split", "test", "--out", tmp_path / "none") == 2
    assert "holds the labels of test out; name the folder that has them" in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
    labels = ("export", tmp_path / "release-labels", *arguments[2:])
    assert call(*labels, "--out", tmp_path / "labels") == 0
    assert (tmp_path / "labels" / "test" / "ours-3.ann").stat().st_size > 0


def test_a_torn_release_is_told_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "data" / "documents" / "test-00000-of-00001.parquet"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"PAR1 torn")
    with pytest.raises(DataError, match="not a Parquet file"):
        of_release(tmp_path)


@pytest.mark.parametrize("kind", list(Kind))
def test_every_format_is_exported_and_told(
    kind: Kind, call: Program, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    arguments = ("export", "--annotations", checkout / "annotations", "--format", kind, "--out", out)
    assert call(*arguments) == 0
    said = capsys.readouterr().err
    assert "3 articles in" in said
    assert "1 left out, text not on this machine: theirs-1" in said
    assert ("cannot hold" in said) == (kind in {Kind.conll2003, Kind.conllu_plus})
    assert call(*arguments) == 2
    assert "is there and holds something" in capsys.readouterr().err


def test_what_a_killed_export_left_is_swept_away_by_the_next(
    call: Program, checkout: Path, tmp_path: Path
) -> None:
    left = tmp_path / "out.unfinished-killed"
    left.mkdir()
    (left / "train.conll").write_text("half", encoding="utf-8")
    arguments = ("--annotations", checkout / "annotations", "--format", "brat", "--out", tmp_path / "out")
    assert call("export", *arguments) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkout", "out"]


@pytest.mark.parametrize(
    ("option", "said"), [(("--triggers",), "--triggers"), (("--window", "article"), "--window")]
)
def test_an_option_of_another_format_is_refused(
    call: Program, tmp_path: Path, capsys: pytest.CaptureFixture[str], option: tuple[str, ...], said: str
) -> None:
    assert call("export", "--format", "brat", *option, "--out", tmp_path / "out") == 2
    assert f"{said} is of " in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_passes_go_to_a_folder_an_annotator(call: Program, checkout: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert (
        call(
            "export", "--annotations", checkout / "annotations", "--config", "passes", "--split", "test",
            "--format", "conll2003", "--triggers", "--out", out,
        ) == 0
    )  # fmt: skip
    assert sorted(str(each.relative_to(out)) for each in out.rglob("*.conll")) == [
        "a/test.conll",
        "b/test.conll",
    ]
    assert (out / "b" / "test.conll").read_text(encoding="utf-8").splitlines()[
        0
    ] == "-DOCSTART- (ours-3)\tO\tO"


def test_what_one_exports_another_imports_without_a_change(
    call: Program, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """brat out, brat in: the passes of annotator a are the files that were there."""
    out, annotations = tmp_path / "out", checkout / "annotations"
    assert call("export", "--annotations", annotations, "--format", "brat", "--out", out) == 0
    assert call("import", out, "--annotations", annotations, "--format", "brat", "--annotator", "a") == 0
    said = capsys.readouterr().err
    assert "3 passes from 3 files, 0 of new articles" in said
    assert "0 files written, 3 unchanged" in said


def test_a_dirty_file_is_refused_with_all_its_lines_and_taken_with_flags(
    call: Program, checkout: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "news.conll"
    path.write_text("\ufeffسامر\tB_PER\nفي\tO\nبيروت\tI-GPE\n", encoding="utf-8")
    arguments = (
        "import", path, "--annotations", checkout / "annotations", "--format", "conll2003",
        "--annotator", "b", "--source", "ours",
    )  # fmt: skip
    assert call(*arguments) == 1
    said = capsys.readouterr().err
    assert "label line 1: expected O, B-<type> or I-<type>, found 'B_PER'" in said
    assert "sequence line 3: I-GPE after O" in said
    assert not (checkout / "annotations" / "texts" / "ours-news.txt").exists()
    repairs = ("--map", "B_PER=B-PER", "--repair", "tags", "--repair", "marks")
    assert call(*arguments, *repairs) == 0
    assert (
        "mended or filled in: 1 byte order marks, 1 names mapped, 1 sequences mended"
        in capsys.readouterr().err
    )
    corpus = read_corpus(checkout / "annotations")
    (said_of,) = [each for each in corpus.annotations("b") if each.article == "ours-news"]
    assert [(each.type, each.text) for each in said_of.entities] == [("PER", "سامر"), ("GPE", "بيروت")]
    assert call(*arguments, "--map", "wrong") == 2


def test_the_text_of_a_standoff_source_goes_only_where_it_is_told_to(
    call: Program, checkout: Path, tmp_path: Path
) -> None:
    path = tmp_path / "news.conll"
    path.write_text("سامر B-PER\n", encoding="utf-8")
    texts = tmp_path / "texts"
    assert (
        call(
            "import", path, "--annotations", checkout / "annotations", "--format", "conll2003",
            "--annotator", "b", "--source", "theirs", "--texts-out", texts,
        ) == 0
    )  # fmt: skip
    assert [each.name for each in texts.iterdir()] == ["theirs-news.txt"]
    assert not (checkout / "annotations" / "texts" / "theirs-news.txt").exists()
    assert read_corpus(checkout / "annotations", [texts]).articles["theirs-news"].text == "سامر"


def test_an_export_with_nothing_in_the_way_keeps_each_article(checkout: Path, tmp_path: Path) -> None:
    corpus = corpus_of(checkout)
    made = write(of_corpus(corpus)[0], Kind.brat, tmp_path / "out", corpus.schema)
    texts = {path.stem: path.read_text(encoding="utf-8") for path in made.files if path.suffix == ".txt"}
    assert texts == OURS
    assert made.articles == 3


def test_an_export_that_fails_half_way_leaves_nothing(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corpus = corpus_of(checkout)
    found, _ = of_corpus(corpus)
    written: list[Path] = []

    def full(path: Path, data: bytes) -> None:
        written.append(path)
        if len(written) == 3:
            raise OSError(28, "No space left on device")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    monkeypatch.setattr("khabar.formats.exporting.write_bytes", full)
    with pytest.raises(DataError, match="No space left on device"):
        write(found, Kind.brat, tmp_path / "here" / "out", corpus.schema)
    assert len(written) == 3
    assert not (tmp_path / "here").exists()


def test_a_docbin_without_spacy_says_what_to_install(
    checkout: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    corpus = corpus_of(checkout)
    with pytest.raises(CallError, match=r"pip install 'khabar\[spacy\]'"):
        write(of_corpus(corpus)[0], Kind.docbin, tmp_path / "out", corpus.schema)
    assert not (tmp_path / "out").exists()


def test_the_tags_of_conll_2003_are_those_of_the_release_itself(checkout: Path, tmp_path: Path) -> None:
    corpus = corpus_of(checkout)
    tables = make_tables(corpus)
    made = write(of_corpus(corpus)[0], Kind.conll2003, tmp_path / "out", corpus.schema, triggers=True)
    for path in made.files:
        parts = path.read_text(encoding="utf-8").strip().split("\n\n")
        sentences = [part.split("\n") for part in parts if not part.startswith("-DOCSTART-")]
        columns = [list(zip(*(line.split("\t") for line in each), strict=True)) for each in sentences]
        mentions, triggers = (tables.rows[config][path.stem] for config in ("ner", "triggers"))
        assert columns == [
            [tuple(one["tokens"]), tuple(one["ner_tags"]), tuple(other["trigger_tags"])]
            for one, other in zip(mentions, triggers, strict=True)
        ]
