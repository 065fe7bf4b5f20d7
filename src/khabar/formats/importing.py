"""A corpus of others into passes of this one: everything is read and judged first, then all is written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from msgspec.structs import replace

from khabar.article_list import Article, write_articles
from khabar.checks import check
from khabar.corpus import Corpus, Source, layer_folder
from khabar.document import Annotation, Entity, Event, canonical, dumps
from khabar.errors import CallError, DataError, Report
from khabar.files import sha256
from khabar.formats import brat, conll2003, conllu_plus, docbin, oneie
from khabar.formats.clashes import without_clashes
from khabar.formats.exporting import Kind
from khabar.formats.findings import Findings, Mending, with_clean_text
from khabar.formats.model import AnnotatedText, onto
from khabar.gathering import Saved, require_annotator, save
from khabar.intake import require_source
from khabar.schema import Attribute, Schema
from khabar.standoff import slug_of

FORMATS = {
    Kind.conll2003: conll2003,
    Kind.conllu_plus: conllu_plus,
    Kind.brat: brat,
    Kind.oneie: oneie,
    Kind.docbin: docbin,
}
_IN_LIST = re.compile(r"(entities|events)\[(\d+)\](.*)")


@dataclass(frozen=True, slots=True)
class Terms:
    """Whose passes these are, and of which source articles are that the corpus does not have."""

    annotator: str
    source: str = ""
    language: str = "ar"


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import comes to. `left_out` has, by file, what our format has no place for."""

    annotations: tuple[Annotation, ...]
    new: tuple[Article, ...]
    files: int
    mended: Counter[str] = field(default_factory=Counter)
    left_out: tuple[Report, ...] = ()


def files_of(path: Path, kind: Kind, pattern: str = "") -> list[Path]:
    """The file, or the files of a folder and its folders that have the format's suffix, or fit `pattern`."""
    if path.is_file():
        return [path]
    if not path.is_dir():
        raise CallError(f"no file or folder {path}")
    wanted = pattern or f"*{FORMATS[kind].SUFFIX}"
    found = sorted(each for each in path.rglob(wanted) if each.is_file())
    if not found:
        raise CallError(f"no {wanted} in {path}; --glob names other files")
    return found


def import_files(
    corpus: Corpus, files: Iterable[Path], kind: Kind, terms: Terms, *, mending: Mending | None = None
) -> Imported:
    """The passes the files hold, judged by the schema, and the articles that are new; nothing is written.

    Raises DataError with everything that is wrong in any of the files, by file and line, CallError where
    annotator or source are not described in the corpus.
    """
    require_annotator(corpus, terms.annotator, role="annotator")
    source = require_source(corpus, terms.source) if terms.source else None
    mending = mending or Mending()
    given = _Given(corpus, terms, source, kind)
    reports: list[Report] = []
    left_out: list[Report] = []
    mended: Counter[str] = Counter()
    count = 0
    for path in files:
        findings = Findings(str(path), mending)
        count += 1
        try:
            read = FORMATS[kind].read(path, corpus.schema, findings)
        except DataError as error:
            reports.extend(error.reports)
            continue
        for each in read:
            given.take(each, findings)
        reports += findings.reports()
        mended += findings.mended
        if findings.unheld:
            left_out.append(Report(str(path), tuple(findings.unheld)))
    if reports:
        raise DataError(reports)
    return Imported(tuple(given.annotations), tuple(given.new), count, mended, tuple(left_out))


def save_import(
    corpus: Corpus, imported: Imported, *, replace: Iterable[str] = (), texts_out: Path | None = None
) -> Saved:
    """Write texts and passes, then `articles.jsonl`; a text of a stand-off source goes to `texts_out` alone.

    Raises DataError, and writes nothing, where a pass or text would be overwritten that `replace` does
    not name.
    """
    contents = {
        layer_folder(corpus.folder, each.annotator) / f"{each.article}.json": dumps(canonical(each))
        for each in imported.annotations
    }
    for article in imported.new:
        standoff = corpus.sources[article.source].standoff
        folder = texts_out if standoff else corpus.folder / "texts"
        if folder is not None and article.text is not None:
            contents[folder / f"{article.id}.txt"] = article.text
    saved = save(contents, replace=replace)
    if imported.new:
        write_articles(corpus.folder, [*corpus.articles.values(), *imported.new])
    return saved


@dataclass
class _Given:
    """The articles and passes of a run so far."""

    corpus: Corpus
    terms: Terms
    source: Source | None
    kind: Kind
    annotations: list[Annotation] = field(default_factory=list)
    new: list[Article] = field(default_factory=list)
    seen: dict[str, str] = field(default_factory=dict)

    def take(self, given: AnnotatedText, findings: Findings) -> None:
        """Judge the article and keep it; what is wrong goes into the findings."""
        article = self._known(given)
        if article is not None and article.text is not None:
            laid = onto(given, article.text)
            if laid is None:
                message = f"its words are not those of {article.id} in the corpus"
                findings.fault(given.id, "text", message)
                return
            given = laid
        else:
            given = with_clean_text(given, findings)
            if article is None:
                article = self._new(given, findings)
            if article is None or not self._same_text(article, given, findings):
                return
        if article.id in self.seen:
            message = f"{article.id} is given in {self.seen[article.id]} already"
            findings.fault(given.id, "id", message)
            return
        self.seen[article.id] = findings.source
        self._judge(given, article, findings)

    def _same_text(self, article: Article, given: AnnotatedText, findings: Findings) -> bool:
        same = article.text_sha256 == sha256(given.text)
        if not same:
            message = f"the text of {article.id} is not on this machine, and the one given is another"
            findings.fault(given.id, "text", message)
        return same

    def _known(self, given: AnnotatedText) -> Article | None:
        articles = self.corpus.articles
        return articles.get(given.id) or articles.get(self._id(given))

    def _id(self, given: AnnotatedText) -> str:
        """Source and name; where ASCII cannot spell the name, the text's digest."""
        spelt = all(each.isascii() or not each.isalnum() for each in given.id)
        slug = slug_of(given.id) if spelt else ""
        slug = slug.removeprefix(f"{self.terms.source}-") or sha256(given.text)[:10]
        return f"{self.terms.source}-{slug}"

    def _new(self, given: AnnotatedText, findings: Findings) -> Article | None:
        if self.source is None:
            message = "is not in the corpus; --source says which source new articles are of"
            findings.fault(given.id, "id", message)
            return None
        rebuilt = "; words joined by one space, a sentence a line" if self.kind is Kind.conll2003 else ""
        article = Article(
            id=self._id(given),
            source=self.source.id,
            title=None,
            published=None,
            language=self.terms.language,
            licence=self.source.licence,
            text_sha256=sha256(given.text),
            origin=self.source.origin + rebuilt,
            text=given.text,
        )
        self.new.append(article)
        return article

    def _judge(self, given: AnnotatedText, article: Article, findings: Findings) -> None:
        schema = self.corpus.schema
        given = without_clashes(given, findings)
        said = Annotation(
            article.id,
            article.text_sha256,
            self.terms.annotator,
            schema.version,
            tuple(_entity_with_defaults(each, schema, findings) for each in given.entities),
            tuple(_event_with_defaults(each, schema, findings) for each in given.events),
        )
        report = check(said, schema, text=given.text, source=findings.source)
        for fault in report.faults if report else ():
            findings.fault(_place(fault.where, given), "rule", fault.message)
        if report is None:
            self.annotations.append(said)


def _place(where: str, given: AnnotatedText) -> str:
    """`entities[3].type` as the line of the file and the id there."""
    match = _IN_LIST.match(where)
    if match is None:
        return f"{given.id} {where}".rstrip()
    owners: Sequence[Entity | Event] = given.entities if match[1] == "entities" else given.events
    name = owners[int(match[2])].id
    return f"{given.places.get(name, given.id)} {name}{match[3]}"


def _entity_with_defaults(entity: Entity, schema: Schema, findings: Findings) -> Entity:
    known = schema.entity_attributes_of(entity.type)
    return replace(entity, attributes=_with_defaults(entity, known, findings))


def _event_with_defaults(event: Event, schema: Schema, findings: Findings) -> Event:
    known = schema.event_attributes_of(event.type)
    return replace(event, attributes=_with_defaults(event, known, findings))


def _with_defaults(
    owner: Entity | Event, known: Iterable[Attribute], findings: Findings
) -> dict[str, bool | str]:
    """The attributes, and where the format says nothing of a choice, the default the schema has for it."""
    missing = {
        each.name: each.default
        for each in known
        if each.default is not None and each.name not in owner.attributes
    }
    findings.mended["attributes by default of the schema"] += len(missing)
    return {**owner.attributes, **missing}
