"""Raw inputs to articles of the corpus: cleaned, checked, compared with what is there, written together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from khabar.article_list import Article, write_articles
from khabar.corpus import Corpus, Source
from khabar.errors import CallError, DataError, Fault, Report
from khabar.files import read_text, sha256, write_text
from khabar.inputs import RawArticle
from khabar.text import Cleaned, clean
from khabar.text.dedup import Pair, near_duplicates
from khabar.text.furniture import Rules
from khabar.text.language import script

LANGUAGE = "ar"
_DIGEST_SLUG = 10


@dataclass(frozen=True, slots=True)
class Converted:
    """An article made from a raw input, with its text, not yet written; `unchanged` if the corpus has it."""

    article: Article
    raw: RawArticle
    cleaned: Cleaned
    state: Literal["new", "unchanged"]

    @property
    def text(self) -> str:
        """The article text."""
        return self.cleaned.text


@dataclass(frozen=True, slots=True)
class Refused:
    """A raw input that gives no article; `cleaned` is what it came to, where it came so far."""

    raw: RawArticle
    report: Report
    cleaned: Cleaned | None = None


@dataclass(frozen=True, slots=True)
class Intake:
    """What a run of conversion gives, in the order of the inputs, and the duplicates among the articles.

    If there are reports, some input is wrong, and nothing of the run may be written.
    """

    converted: tuple[Converted, ...]
    refused: tuple[Refused, ...]
    duplicates: tuple[Pair, ...]
    reports: tuple[Report, ...]

    @property
    def new(self) -> list[Converted]:
        """The articles that the corpus does not have."""
        return [each for each in self.converted if each.state == "new"]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is written of every article of a run beside its own metadata; `None` takes the source's."""

    source: Source
    licence: str | None = None
    origin: str | None = None

    def origin_of(self, raw: RawArticle) -> str:
        """Where the article comes from: as given, or the source's words and the page's address."""
        if self.origin is not None:
            return self.origin
        return f"{self.source.origin}, {raw.address}" if raw.address else self.source.origin


def require_source(corpus: Corpus, identifier: str) -> Source:
    """The source of that id. Raises CallError naming those there are."""
    if identifier not in corpus.sources:
        there = ", ".join(corpus.sources)
        raise CallError(f"no source {identifier!r} in {corpus.folder / 'sources.yaml'} (there are {there})")
    return corpus.sources[identifier]


def convert(
    corpus: Corpus,
    raws: Iterable[RawArticle],
    terms: Terms,
    *,
    rules: Rules | None = None,
    allow_duplicates: bool = False,
    reports: Sequence[Report] = (),
) -> Intake:
    """The articles of the raw inputs, checked one by one, against each other and against the corpus.

    `reports` are those of reading the inputs; they may grow while `raws` is read, and are looked at after it.
    """
    known = known_articles(corpus)
    places: dict[str, str] = {}
    converted: list[Converted] = []
    refused: list[Refused] = []
    for raw in raws:
        made = _converted(raw, terms, rules, known, corpus.folder, places)
        if isinstance(made, Refused):
            refused.append(made)
        else:
            places[made.article.id] = raw.place
            converted.append(made)
    duplicates = _duplicates(converted, known)
    found = [*reports, *(each.report for each in refused)]
    if not allow_duplicates:
        found += [_duplicate_report(pair, places) for pair in duplicates]
    ordered = sorted(found, key=lambda report: report.source)
    return Intake(tuple(converted), tuple(refused), tuple(duplicates), tuple(ordered))


def _converted(
    raw: RawArticle,
    terms: Terms,
    rules: Rules | None,
    known: Mapping[str, Article],
    folder: Path,
    places: Mapping[str, str],
) -> Converted | Refused:
    taken = take(raw, terms, rules)
    if isinstance(taken, Refused):
        return taken
    article, cleaned = taken
    there = known.get(article.id)
    if fault := _id_fault(article, there, terms, folder, places):
        next_step = "give it another file name or id, or leave it out"
        return Refused(raw, Report(raw.place, (Fault("id", fault),), next_step), cleaned)
    if there is None:
        return Converted(article, raw, cleaned, "new")
    return Converted(there.model_copy(update={"text": cleaned.text}), raw, cleaned, "unchanged")


def take(raw: RawArticle, terms: Terms, rules: Rules | None = None) -> tuple[Article, Cleaned] | Refused:
    """The article of one raw input, looked at by itself: cleaned, and in Arabic, with a title and a text."""
    if not raw.raw.strip():
        faults = (Fault("", "expected an article, found nothing"),)
        return Refused(raw, Report(raw.place, faults, "fill the file, or leave it out"))
    cleaned = clean(raw.raw, rules=rules)
    if found := _text_faults(raw.raw, cleaned.text):
        next_step = "leave it out, or see with --explain what was removed"
        return Refused(raw, Report(raw.place, tuple(found), next_step), cleaned)
    return _article(raw, cleaned.text, terms), cleaned


def _id_fault(
    article: Article, there: Article | None, terms: Terms, folder: Path, places: Mapping[str, str]
) -> str:
    """What stands in the way of the id, empty if nothing does."""
    if article.id in places:
        return f"gives the id {article.id!r}, as {places[article.id]} does"
    if there is not None and there.text_sha256 != article.text_sha256:
        return (
            f"the corpus has {article.id!r} with digest {there.text_sha256[:12]}…, "
            f"this text has {article.text_sha256[:12]}…; ids are never reused"
        )
    path = folder / "texts" / f"{article.id}.txt"
    if there is None and not terms.source.standoff and path.is_file() and read_text(path) != article.text:
        return f"{path} exists and holds another text"
    return ""


def _text_faults(raw: str, text: str) -> list[Fault]:
    if not text:
        return [Fault("", "nothing is left after cleaning")]
    faults: list[Fault] = []
    if broken := raw.count("\ufffd"):
        line = raw.count("\n", 0, raw.index("\ufffd")) + 1
        faults.append(Fault(f"line {line}", f"{broken} × U+FFFD: decoded wrongly before it came here"))
    if "\n" not in text:
        faults.append(Fault("", f"expected a title and at least one paragraph, found one line: {text:.60}"))
    if fault := script(text).fault:
        faults.append(Fault("", fault))
    return faults


def _article(raw: RawArticle, text: str, terms: Terms) -> Article:
    source = terms.source
    slug = raw.slug.removeprefix(f"{source.id}-") or sha256(text)[:_DIGEST_SLUG]
    return Article(
        id=f"{source.id}-{slug}",
        source=source.id,
        title=None if source.standoff else text.split("\n", 1)[0],
        published=raw.published,
        language=LANGUAGE,
        licence=terms.licence or source.licence,
        text_sha256=sha256(text),
        origin=terms.origin_of(raw),
        text=text,
    )


def _duplicates(converted: Sequence[Converted], known: Mapping[str, Article]) -> list[Pair]:
    """Pairs of which at least one is new to the corpus."""
    new = {each.article.id for each in converted if each.state == "new"}
    texts = {identifier: each.text for identifier, each in known.items() if each.text}
    texts |= {each.article.id: each.text for each in converted}
    return [pair for pair in near_duplicates(texts) if new & {pair.left, pair.right}] if new else []


def _duplicate_report(pair: Pair, places: Mapping[str, str]) -> Report:
    here, other = (pair.right, pair.left) if pair.right in places else (pair.left, pair.right)
    fault = Fault(here, f"{describe(pair)} {places.get(other, other)}")
    return Report(places[here], (fault,), "leave one of them out, or take both with --allow-duplicates")


def describe(pair: Pair) -> str:
    """What the pair shares, in words."""
    if pair.kind == "exact":
        return "the same text as"
    return f"near duplicate ({pair.containment:.0%} of the shorter, {pair.jaccard:.0%} of both) of"


def save(corpus: Corpus, intake: Intake, *, texts_out: Path | None = None) -> None:
    """Write the new articles: texts first, `articles.jsonl` last; on failure no new text stays.

    The text of a stand-off article goes nowhere but into `texts_out`, where every text of the run goes.
    Raises DataError if the intake has reports, and CallError if a file of another content is in the way
    there: it may be somebody's raw input.
    """
    if intake.reports:
        raise DataError(intake.reports)
    texts = {
        corpus.folder / "texts" / f"{each.article.id}.txt": each.text
        for each in intake.new
        if not corpus.sources[each.article.source].standoff
    }
    if texts_out is not None:
        texts |= {texts_out / f"{each.article.id}.txt": each.text for each in intake.converted}
    here = [path for path in texts if path.is_file()]
    if in_the_way := [path for path in here if read_text(path) != texts[path]]:
        raise CallError(f"{', '.join(map(str, in_the_way))} exists and holds another text")
    written = set(texts) - set(here)
    try:
        for path in sorted(written):
            write_text(path, texts[path])
        if intake.new:
            there = known_articles(corpus).values()
            write_articles(corpus.folder, [*there, *(each.article for each in intake.new)])
    except BaseException:
        for path in written:
            path.unlink(missing_ok=True)
        raise


def known_articles(corpus: Corpus) -> dict[str, Article]:
    """The articles of the corpus; none where there is no `articles.jsonl` yet."""
    return dict(corpus.articles) if (corpus.folder / "articles.jsonl").is_file() else {}
