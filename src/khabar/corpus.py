"""The corpus on disk: articles, their texts (here or stand-off), passes, gold, splits.

A stand-off article's text is looked for in the folders given (or in `KHABAR_TEXTS`), as `<id>.txt` or
in the line-aligned files its source names, and taken only if its digest is the one annotated.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from khabar.article_list import ID, Article, ArticleList, read_article_list
from khabar.checks import check
from khabar.document import Annotation
from khabar.errors import CallError, DataError, Faults, Report
from khabar.files import read_text, read_yaml, sha256
from khabar.schema import Schema, add_validation_faults, load_schema
from khabar.standoff import Lines, aligned_documents, slug_of
from khabar.text import clean
from khabar.typed_annotations import AnnotationReader

SPLITS = ("train", "validation", "test")


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class RawFile(_Line):
    """A file a stand-off source is read from."""

    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    address: str | None = None


class Source(_Line):
    """Where texts come from, under which terms, and whether these let others pass the texts on."""

    id: Annotated[str, Field(pattern=ID)]
    name: str
    standoff: bool
    licence: str
    redistribute: bool | None = None
    origin: str
    citation: str
    address: str | None = None
    how_to_get: str
    files: list[RawFile] = []
    lines: Lines | None = None

    @property
    def may_be_passed_on(self) -> bool:
        """Whether a release may hold its texts: by `redistribute`, else if they are in this repository."""
        return not self.standoff if self.redistribute is None else self.redistribute

    def article_id(self, document: str) -> str:
        """The article id of a document of a line-aligned source."""
        return f"{self.id}-{slug_of(document)}"


class Annotator(_Line):
    """Who or what made a pass or a decision."""

    id: Annotated[str, Field(pattern=ID)]
    kind: Annotated[str, Field(pattern="^(human|model)$")]
    what: str
    guidelines: str
    role: Annotated[str, Field(pattern="^(annotator|judge|silver)$")]


@dataclass(frozen=True)
class Corpus:
    """An `annotations` folder, read and checked as a whole when asked for."""

    folder: Path
    texts: tuple[Path, ...] = ()

    @cached_property
    def schema(self) -> Schema:
        """The folder's `schema.yaml`."""
        return load_schema(self.folder / "schema.yaml")

    @cached_property
    def reader(self) -> AnnotationReader:
        """What reads annotation files that should keep to the schema."""
        return AnnotationReader(self.schema)

    @cached_property
    def articles(self) -> dict[str, Article]:
        """Articles by id, in the order of `articles.jsonl`, with text where it is on this machine."""
        return {each.id: each for each in read_articles(self.folder, texts=self.texts)}

    @cached_property
    def listed(self) -> ArticleList:
        """The same articles without their texts: little, however many there are."""
        return read_article_list(self.folder)

    @cached_property
    def sources(self) -> dict[str, Source]:
        """Sources by id."""
        return {each.id: each for each in _read_list(self.folder / "sources.yaml", Source)}

    @cached_property
    def annotators(self) -> dict[str, Annotator]:
        """Annotators and judges by id."""
        return {each.id: each for each in _read_list(self.folder / "annotators.yaml", Annotator)}

    @cached_property
    def splits(self) -> dict[str, list[str]]:
        """Article ids per split. Raises DataError where one is unknown or in two splits."""
        return _read_splits(self.folder / "splits.yaml", self.listed)

    @cached_property
    def gold(self) -> dict[str, Annotation]:
        """Gold annotations by article."""
        return {each.article: each for each in self.annotations("gold")}

    def annotations(self, layer: str) -> list[Annotation]:
        """The annotations of a layer (`gold` or an annotator), checked against schema and texts."""
        where = layer_folder(self.folder, layer)
        if not where.is_dir():
            there = [n for n in ("gold", *self.pass_names) if layer_folder(self.folder, n).is_dir()]
            known = ", ".join(there) or "none yet"
            raise CallError(f"no layer {layer!r} in {self.folder} (there are: {known})")
        return read_layer(self, layer, where)

    def annotation(self, layer: str, name: str, article: Article | None) -> Annotation:
        """The annotation in the file of that name, held against the text that the article comes with.

        Raises DataError with every fault of the file.
        """
        path = layer_folder(self.folder, layer) / f"{name}.json"
        return _read_checked(self, layer, path, {article.id: article} if article else {})

    def with_texts(self, ids: Iterable[str], faults: Faults) -> Iterator[Article]:
        """Those articles, one after the other, each with its text where that is on this machine.

        A text of another digest is added to `faults`, and the article comes without it.
        """
        aligned = self._aligned
        for each in ids:
            yield _with_text(self.listed[each], self.folder, self.texts, aligned, faults)

    @cached_property
    def _aligned(self) -> dict[str, tuple[Path, str]]:
        return _aligned_texts(self.folder, self.texts)

    @property
    def pass_names(self) -> list[str]:
        """The annotators who have passes, sorted."""
        return sorted(each.name for each in (self.folder / "passes").glob("*") if each.is_dir())

    @cached_property
    def without_text(self) -> list[str]:
        """Ids of the articles whose text is not on this machine."""
        return [each.id for each in self.articles.values() if each.text is None]


def text_folders(texts: Iterable[str | Path] = ()) -> tuple[Path, ...]:
    """Folders of stand-off texts: those given, then those of `KHABAR_TEXTS`. CallError if one is missing."""
    folders = [Path(each) for each in texts]
    folders += [Path(each) for each in os.environ.get("KHABAR_TEXTS", "").split(os.pathsep) if each]
    for folder in folders:
        if not folder.is_dir():
            raise CallError(f"no folder {folder} to read texts from (--texts, KHABAR_TEXTS)")
    return tuple(folders)


def read_corpus(folder: str | Path, texts: Iterable[str | Path] = ()) -> Corpus:
    """The corpus in that folder; texts are looked for as `text_folders` says."""
    folder = Path(folder)
    if not (folder / "articles.jsonl").is_file():
        raise CallError(f"no corpus at {folder}: there is no articles.jsonl in it")
    return Corpus(folder, text_folders(texts))


def read_articles(folder: str | Path, *, texts: Iterable[str | Path] | None = None) -> list[Article]:
    """The articles of an `annotations` folder, in file order; `text` is None where it is not on this machine.

    Raises DataError with all faults of `articles.jsonl`, and where a text in the folder (or one found
    in `texts`) does not have the article's digest.
    """
    folder = Path(folder)
    listed = read_article_list(folder)
    folders = text_folders() if texts is None else tuple(Path(each) for each in texts)
    faults = Faults(folder / "articles.jsonl")
    aligned = _aligned_texts(folder, folders)
    read = [_with_text(article, folder, folders, aligned, faults) for article in listed.values()]
    faults.raise_if_any(TEXT_NEXT_STEP)
    return read


TEXT_NEXT_STEP = "put the text back as it was, or convert the article again under a new id"


def _aligned_texts(folder: Path, folders: Sequence[Path]) -> dict[str, tuple[Path, str]]:
    """File and raw text, by article id, of the documents of line-aligned sources in those folders.

    Raises DataError where one of a source's two files is in a folder and the other is not.
    """
    if not folders or not (folder / "sources.yaml").is_file():
        return {}
    found: dict[str, tuple[Path, str]] = {}
    for source in _read_list(folder / "sources.yaml", Source):
        for where in folders if source.lines is not None else ():
            lines = source.lines
            missing = lines.missing_in(where)
            if len(missing) == 1:
                message = f"{missing[0]} is not there; the texts of {source.id!r} take both of its files"
                next_step = (
                    f"put both into one folder: scripts/convert_articles.py fetch {source.id} --into DIR"
                )
                raise DataError.one(where, message, next_step=next_step)
            for document, raw in ({} if missing else aligned_documents(where, lines)).items():
                found[source.article_id(document)] = (where / lines.texts, raw)
    return found


def _with_text(
    article: Article,
    folder: Path,
    folders: Sequence[Path],
    aligned: Mapping[str, tuple[Path, str]],
    faults: Faults,
) -> Article:
    """The article with its text: exact, or raw where cleaning yields the very text of the digest."""
    paths = [each / f"{article.id}.txt" for each in (folder / "texts", *folders)]
    candidates = [(path, read_text(path)) for path in paths if path.is_file()]
    if article.id in aligned:
        candidates.append(aligned[article.id])
    for path, raw in candidates:
        text = _text_of_digest(raw, article.text_sha256)
        if text is not None:
            return article.model_copy(update={"text": text})
        faults.add(article.id, f"{path} has digest {sha256(raw)[:12]}…, expected {article.text_sha256[:12]}…")
    return article


def _text_of_digest(raw: str, digest: str) -> str | None:
    if sha256(raw) == digest:
        return raw
    cleaned = clean(raw).text
    return cleaned if sha256(cleaned) == digest else None


def read_annotations(folder: str | Path, layer: str = "gold") -> list[Annotation]:
    """The annotations of one layer of an `annotations` folder, by article id, checked.

    `layer` is `gold` or an annotator's id. Stand-off texts are looked for in `KHABAR_TEXTS`.
    Raises DataError with every fault of every file, CallError if there is no such layer.
    """
    return read_corpus(folder).annotations(layer)


def layer_folder(folder: Path, layer: str) -> Path:
    """Where the files of a layer are."""
    return folder / "gold" if layer == "gold" else folder / "passes" / layer


def read_layer(corpus: Corpus, layer: str, where: Path) -> list[Annotation]:
    """The annotations in the folder `where`, by article, checked against schema and texts as of that layer.

    Raises DataError with every fault of every file.
    """
    reports: list[Report] = []
    found: list[Annotation] = []
    for path in sorted(where.glob("*.json")):
        try:
            found.append(_read_checked(corpus, layer, path, corpus.articles))
        except DataError as error:
            reports.extend(error.reports)
    if reports:
        raise DataError(reports)
    return found


def _read_checked(corpus: Corpus, layer: str, path: Path, articles: Mapping[str, Article]) -> Annotation:
    """The annotation in that file. Raises DataError with all its faults, of form or of meaning."""
    annotation, typed = corpus.reader.read(path)
    article = articles.get(annotation.article) or corpus.listed.get(annotation.article)
    faults = Faults(path)
    if path.stem != annotation.article:
        faults.add("article", f"file is named {path.stem!r}, the annotation is of {annotation.article!r}")
    if annotation.annotator != layer:
        faults.add("annotator", f"expected {layer!r}, found {annotation.annotator!r}")
    if article is None:
        faults.add("article", f"no article {annotation.article!r} in articles.jsonl")
    elif article.text is None and article.text_sha256 != annotation.text_sha256:
        faults.add(
            "text_sha256",
            f"articles.jsonl says {article.text_sha256[:12]}…, found {annotation.text_sha256[:12]}…",
        )
    reports = [faults.report("correct the file or articles.jsonl")] if faults else []
    text = article.text if article else None
    report = check(annotation, corpus.schema, text=text, source=str(path), typed=typed)
    if report:
        reports.append(report)
    if reports:
        raise DataError(reports)
    return annotation


def _read_list(path: Path, kind: type[Any]) -> list[Any]:
    if not path.is_file():
        raise CallError(f"no {path.name} in {path.parent}")
    try:
        return TypeAdapter(list[kind]).validate_python(read_yaml(path))  # type: ignore[valid-type]
    except ValidationError as error:
        faults = Faults(path)
        add_validation_faults(faults, error)
        raise DataError(faults.report("correct the file")) from error


def _read_splits(path: Path, articles: Container[str]) -> dict[str, list[str]]:
    if not path.is_file():
        raise CallError(f"no splits.yaml in {path.parent}")
    faults = Faults(path)
    splits = read_yaml(path)
    if not isinstance(splits, dict) or list(splits) != list(SPLITS):
        raise DataError.one(path, f"expected the splits {', '.join(SPLITS)}, found {splits!r:.80}")
    owner: dict[str, str] = {}
    for split, ids in splits.items():
        for identifier in ids:
            if identifier not in articles:
                faults.add(split, f"no article {identifier!r} in articles.jsonl")
            if identifier in owner:
                faults.add(split, f"{identifier!r} is in {owner[identifier]} already")
            owner[identifier] = split
    faults.raise_if_any("correct the splits")
    return {split: [sys.intern(each) for each in ids] for split, ids in splits.items()}
