"""The gold of a split as scoring needs it: text, sentences, spans, and the digest that names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from khabar.alignment import LabelledSpan, Unshown, by_sentence, lay, widened
from khabar.errors import DataError, Faults
from khabar.files import content_digest
from khabar.missing import named
from khabar.scoring.arrays import Codes
from khabar.scoring.extraction import Extraction, read_extraction
from khabar.scoring.sides import LaidGold
from khabar.text import SEGMENTER, Sentence, Token, segment
from khabar.text.normalise import key

Forms = Mapping[str, frozenset[str]]
"""Task → matching keys (`khabar.text.normalise.key`) of what the train split has for it."""


@dataclass(frozen=True, slots=True)
class NotShown(Unshown):
    """As `Unshown`; `widened` begin or end inside a word, whatever else they are: tags take all of it."""

    widened: int = 0

    def __add__(self, other: Unshown) -> NotShown:
        known = Unshown.__add__(self, other)
        more = other.widened if isinstance(other, NotShown) else 0
        return NotShown(known.nested, known.crossing, known.off_token, known.cut, self.widened + more)


@dataclass(frozen=True, slots=True)
class Shown:
    """Label sequences of an article, one a sentence, and how many spans they do not show as they are."""

    tags: list[list[str]]
    not_shown: NotShown = NotShown()


@dataclass(frozen=True, slots=True)
class Article:
    """An article that is scored: its text, its sentences with tokens, and what the gold says of it.

    `source` is where it comes from, `""` where the row does not say.
    """

    id: str
    text: str
    sentences: tuple[Sentence, ...]
    says: Extraction
    source: str = ""

    @property
    def tokens(self) -> list[Token]:
        """The tokens of all sentences, in order."""
        return [token for sentence in self.sentences for token in sentence.tokens]

    def show(self, spans: Iterable[LabelledSpan]) -> Shown:
        """The spans as IOB2 tags of this article's tokens: the one rule for gold and prediction alike."""
        spans, tokens = list(spans), self.tokens
        laid = lay(spans, tokens)
        tags = by_sentence(laid.tags, self.sentences)
        pieces = sum(tag[0] == "B" for part in tags for tag in part)
        whole = sum(tag[0] == "B" for tag in laid.tags)
        counts = laid.nested, laid.crossing, laid.off_token, pieces - whole, widened(spans, tokens)
        return Shown(tags, NotShown(*counts))


@dataclass(frozen=True)
class Gold:
    """The articles of a split by id. Scores are comparable only where `digest` is the same.

    `left_out` names articles of the split that are not here because their text is not on this machine:
    what a submission says of them is passed over. `seen` are the forms of the train split, if known.
    """

    articles: Mapping[str, Article]
    digest: str
    left_out: frozenset[str] = frozenset()
    seen: Forms | None = None

    @cached_property
    def sentences(self) -> dict[str, tuple[str, int]]:
        """Sentence id → article id and number of the sentence."""
        return {
            f"{article.id}#{number}": (article.id, number)
            for article in self.articles.values()
            for number in range(len(article.sentences))
        }

    @cached_property
    def not_shown(self) -> dict[str, NotShown]:
        """By task, what of the gold tags do not show as it is."""
        articles = self.articles.values()
        return {
            "entities": total_not_shown(each.show(each.says.entities) for each in articles),
            "triggers": total_not_shown(each.show(e.trigger for e in each.says.events) for each in articles),
        }

    def laid(self, codes: Codes) -> LaidGold:
        """The articles and what the gold says of them as arrays, made once for the names that have codes."""
        names = (*codes.entities, "", *codes.events, "", *codes.roles)
        if names not in self._laid:
            articles = self.articles.values()
            texts = [(each.text, each.sentences) for each in articles]
            self._laid[names] = LaidGold(texts, [each.says for each in articles], codes)
        return self._laid[names]

    @cached_property
    def _laid(self) -> dict[tuple[str, ...], LaidGold]:
        return {}


def total_not_shown(shown: Iterable[Shown]) -> NotShown:
    """The sum over articles."""
    return sum((each.not_shown for each in shown), start=NotShown())


def read_gold(
    rows: Iterable[Mapping[str, Any]],
    *,
    left_out: Iterable[str] = (),
    train: Iterable[Mapping[str, Any]] | None = None,
) -> Gold:
    """The gold that `documents` rows hold, whatever order they come in.

    `train` are the rows of the train split: names that are in them are called seen.

    Raises DataError where there is no row, an article comes twice, or a text was segmented by other
    rules than this version's (tokens would not be those of the release).
    """
    faults = Faults("gold")
    missing = frozenset(left_out)
    articles: dict[str, Article] = {}
    given: dict[str, Mapping[str, Any]] = {}
    for row in rows:
        article = _article(row)
        if article.id in articles:
            faults.add(article.id, "is given twice")
        if "sentences" in row and _edges(row["sentences"]) != [(s.start, s.end) for s in article.sentences]:
            faults.add(article.id, f"its sentences are not those of segmenter {SEGMENTER!r}")
        articles[article.id] = article
        given[article.id] = row
    if not articles:
        away = f"; not on this machine are the texts of {named(missing)}" if missing else ""
        faults.add("", f"there is no article to score on{away}")
    faults.raise_if_any(
        "give the documents rows of one split, made by this version of khabar, with their texts"
    )
    ordered = sorted(articles)
    digest = content_digest(given[each] for each in ordered)
    seen = None if train is None else forms_of(train)
    return Gold({each: articles[each] for each in ordered}, digest, missing, seen)


def forms_of(rows: Iterable[Mapping[str, Any]]) -> Forms:
    """The matching keys of all mentions, triggers and arguments that `documents` rows hold."""
    found: dict[str, set[str]] = {"entities": set(), "triggers": set(), "arguments": set()}
    for row in rows:
        article = _article(row)
        said, text = article.says, article.text
        found["entities"] |= {key(text[start:end]) for start, end, _ in said.entities}
        found["triggers"] |= {key(text[each.start : each.end]) for each in said.events}
        fillers = (filler for each in said.events for filler in each.arguments)
        found["arguments"] |= {key(text[start:end]) for _, start, end in fillers}
    return {task: frozenset(forms) for task, forms in found.items()}


def _article(row: Mapping[str, Any]) -> Article:
    try:
        return Article(
            row["id"], row["text"], tuple(segment(row["text"])), read_extraction(row), row.get("source", "")
        )
    except (KeyError, TypeError) as error:
        message = f"expected a documents row with id, text, entities and events; found no usable {error}"
        raise DataError.one("gold", message, where=str(row.get("id", ""))) from error


def _edges(sentences: Iterable[Mapping[str, Any]]) -> list[tuple[int, int]]:
    return [(each["start"], each["end"]) for each in sentences]
