"""Forms learnt from train with the type they mostly have, found in text by clitic-aware longest match."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from khabar.alignment import LabelledSpan
from khabar.baselines.clitics import Form, beginnings, endings, forms_at, pieces
from khabar.text import Sentence, Token
from khabar.text.normalise import key


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text's sentences and the spans annotated in it: mentions, or triggers."""

    text: str
    sentences: Sequence[Sentence]
    spans: Sequence[LabelledSpan]


@dataclass(frozen=True, slots=True)
class Match:
    """A form found in a sentence: its tokens `[first, last)`, its code points, its type."""

    first: int
    last: int
    start: int
    end: int
    type: str

    @property
    def span(self) -> LabelledSpan:
        """`(start, end, type)`."""
        return self.start, self.end, self.type


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Form → type, apart for outermost matches and for those inside another span.

    `reach` is, by first key, how many words the longest form that begins with it has.
    """

    outer: Mapping[Form, str]
    inner: Mapping[Form, str]
    reach: Mapping[str, int]

    def outermost(self, sentence: Sentence) -> list[Match]:
        """Longest matches from the first word to the last; of equally long ones the least is cut off."""
        best: dict[int, Match] = {}
        for _, match in _occurrences(sentence.tokens, self.outer, self.reach):
            known = best.get(match.first)
            if known is None or match.last > known.last:
                best[match.first] = match
        found: list[Match] = []
        for first in sorted(best):
            if not found or first >= found[-1].last:
                found.append(best[first])
        return found

    def inside(self, sentence: Sentence, outer: Match) -> list[Match]:
        """Matches strictly inside another, longer ones first; none crosses another."""
        within = [
            match
            for _, match in _occurrences(sentence.tokens, self.inner, self.reach, outer.first, outer.last)
            if outer.start <= match.start
            and match.end <= outer.end
            and (match.start, match.end) != (outer.start, outer.end)
        ]
        found: list[Match] = []
        for match in sorted(within, key=lambda each: (each.start - each.end, each.start)):
            if not any(_clash(match, other) for other in found):
                found.append(match)
        return found

    def spans(self, sentence: Sentence) -> list[LabelledSpan]:
        """Outermost matches, each followed by those inside it."""
        return [
            match.span
            for outer in self.outermost(sentence)
            for match in (outer, *self.inside(sentence, outer))
        ]


def _clash(match: Match, other: Match) -> bool:
    """Whether two matches have one span or cross."""
    if (match.start, match.end) == (other.start, other.end):
        return True
    apart = match.end <= other.start or other.end <= match.start
    nested = other.start <= match.start and match.end <= other.end
    return not apart and not nested


def _occurrences(
    tokens: Sequence[Token],
    forms: Mapping[Form, str],
    reach: Mapping[str, int],
    begin: int = 0,
    end: int | None = None,
) -> Iterator[tuple[Form, Match]]:
    """Every place in tokens `[begin, end)` where a form stands, by first word; less cut off comes first."""
    end = len(tokens) if end is None else end
    keys = [key(token.text) for token in tokens[:end]]
    for first in range(begin, end):
        for piece in pieces(tokens[first].text):
            for word in piece.keys:
                if (word,) in forms:
                    yield (word,), _match(tokens, first, piece.begin, first, piece.end, forms[word,])
        for cut in beginnings(tokens[first].text):
            for head in cut.keys:
                for last in range(first + 1, min(first + reach.get(head, 0), end)):
                    begun = (head, *keys[first + 1 : last])
                    for form, offset in _completed(begun, tokens[last], forms):
                        yield form, _match(tokens, first, cut.offset, last, offset, forms[form])


def _completed(begun: Form, token: Token, forms: Mapping[Form, str]) -> Iterator[tuple[Form, int]]:
    """Forms that the token completes, each with the offset in the token where it ends."""
    for cut in endings(token.text):
        for tail in cut.keys:
            if (*begun, tail) in forms:
                yield (*begun, tail), cut.offset


def _match(tokens: Sequence[Token], first: int, begin: int, last: int, end: int, label: str) -> Match:
    """The match from offset `begin` of the token `first` to offset `end` of the token `last`."""
    return Match(first, last + 1, tokens[first].start + begin, tokens[last].start + end, label)


def learn(articles: Iterable[LabelledText], types: Sequence[str]) -> Lexicon:
    """The forms of the spans, each with its most frequent type (ties: the earlier in `types`).

    A form is left out where train shows it more often without that annotation than with it; this is
    counted apart for outermost places and places inside another span, and together where train has
    no such place.
    """
    articles = list(articles)
    order = {name: number for number, name in enumerate(types)}
    majority = {
        form: min(counts, key=lambda name: (-counts[name], order[name]))
        for form, counts in _type_counts(articles).items()
    }
    reach: dict[str, int] = {}
    for form in majority:
        reach[form[0]] = max(reach.get(form[0], 0), len(form))
    outer, inner = _tallies(articles, majority, reach)
    return Lexicon(
        {form: label for form, label in majority.items() if _kept(outer[form], inner[form])},
        {form: label for form, label in majority.items() if _kept(inner[form], outer[form])},
        reach,
    )


def _type_counts(articles: Sequence[LabelledText]) -> dict[Form, Counter[str]]:
    """How often each form has each type. A span of several readings counts for those train has elsewhere."""
    found: dict[Form, Counter[str]] = defaultdict(Counter)
    unclear: list[tuple[tuple[Form, ...], str]] = []
    for article in articles:
        for start, end, label in article.spans:
            forms = forms_at(article.text, start, end)
            if len(forms) == 1:
                found[forms[0]][label] += 1
            elif forms:
                unclear.append((forms, label))
    clear = set(found)
    for forms, label in unclear:
        for form in [each for each in forms if each in clear] or forms:
            found[form][label] += 1
    return found


@dataclass(slots=True)
class _Tally:
    right: int = 0
    seen: int = 0


def _kept(here: _Tally, elsewhere: _Tally) -> bool:
    if here.seen:
        return 2 * here.right >= here.seen
    return 2 * elsewhere.right >= elsewhere.seen


def _tallies(
    articles: Sequence[LabelledText], majority: Mapping[Form, str], reach: Mapping[str, int]
) -> tuple[defaultdict[Form, _Tally], defaultdict[Form, _Tally]]:
    """How often each form stands in train, and how often it is annotated there: outermost, inside."""
    outer: defaultdict[Form, _Tally] = defaultdict(_Tally)
    inner: defaultdict[Form, _Tally] = defaultdict(_Tally)
    for article in articles:
        for sentence in article.sentences:
            spans = {
                (start, end)
                for start, end, _ in article.spans
                if start < sentence.end and sentence.start < end
            }
            for form, match in _occurrences(sentence.tokens, majority, reach):
                place = (match.start, match.end)
                inside = any(start <= place[0] and place[1] <= end for start, end in spans - {place})
                tally = (inner if inside else outer)[form]
                tally.seen += 1
                tally.right += place in spans
    return outer, inner
