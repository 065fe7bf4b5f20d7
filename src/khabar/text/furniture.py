"""Page furniture as data: rules that say which lines of a page are not the article, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import DataError, Faults
from khabar.files import read_yaml
from khabar.text.normalise import key

FURNITURE = Path(__file__).with_name("furniture.yaml")
_COUNT = re.compile(r"\s*[(\[]\d+[)\]][\W_]*$")
_ESCAPED = re.compile(r"\\[^1-9]")
_REFERENCE = re.compile(r"\(\?[P(]|\\[1-9]")
_MOST_LABELS = 20
_UNWANTED_UNDER_KEY = re.compile(r"[أإآٱىةیک٠-٩۰-۹\u064b-\u065fـ]")


@dataclass(frozen=True, slots=True)
class LineKey:
    """A line as rules see it: its key, the key without signs at the edges, and how many words it has."""

    whole: str
    core: str
    words: int

    @classmethod
    def of(cls, line: str) -> LineKey:
        """The key of a line."""
        whole = key(line)
        return cls(whole, _core(whole), whole.count(" ") + 1)


def _core(whole: str) -> str:
    """What is left without signs at the edges, nor a count in brackets at the end."""
    start, end = 0, len(whole)
    while start < end and not whole[start].isalnum():
        start += 1
    while start < end and not whole[end - 1].isalnum():
        end -= 1
    if whole[end : end + 1] in (")", "]") and (count := _COUNT.search(whole, start)):
        end = count.start()
    return whole[start:end]


class Rule(BaseModel):
    """Lines of one kind of furniture; `furniture.yaml` says what each field means."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reason: str = Field(min_length=1)
    lines: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    prefixes: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    longest: int | None = Field(default=None, gt=0)
    where: Literal["head"] | None = None
    until: Literal["paragraph", "end"] | None = None

    @cached_property
    def opening(self) -> frozenset[str]:
        """The cores of `lines`."""
        return frozenset(LineKey.of(line).core for line in self.lines)

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """What a line that `prefixes` or `patterns` take matches, under the key."""
        prefixes = "|".join(re.escape(LineKey.of(prefix).core) for prefix in self.prefixes)
        begins = [rf"[\W_]*(?:{prefixes})(?!\w).*"] if self.prefixes else []
        found = [f"(?:{each})" for each in (*begins, *self.patterns)]
        return re.compile("|".join(found)) if found else None

    @cached_property
    def labels(self) -> re.Pattern[str] | None:
        """What the core of a line of nothing but `words` matches."""
        label = "|".join(re.escape(LineKey.of(word).core) for word in self.words)
        return re.compile(rf"(?:{label})(?:[\W_]+(?:{label}))*") if label else None

    def opens(self, line: LineKey) -> bool:
        """Whether the line is one of `lines`, which take what follows with them."""
        return line.core in self.opening

    def matches(self, line: LineKey) -> bool:
        """Whether the line is furniture of this kind."""
        if self.opens(line) and line.core:
            return True
        if self.labels and line.words <= _MOST_LABELS and self.labels.fullmatch(line.core):
            return True
        if self.pattern is None or (self.longest is not None and line.words > self.longest):
            return False
        return self.pattern.fullmatch(line.whole) is not None


class Rules(BaseModel):
    """The rules of a file, in order: the first that matches a line names its reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    rules: tuple[Rule, ...] = ()
    caption_words: int | None = Field(default=None, ge=0)

    def match(self, line: LineKey, *, head: bool) -> Rule | None:
        """The first rule the line falls under; `head` says that it is above the first paragraph."""
        if not self._may_match(line):
            return None
        return next(
            (rule for rule in self.rules if (head or rule.where != "head") and rule.matches(line)), None
        )

    def _may_match(self, line: LineKey) -> bool:
        """Whether any rule matches the line, its length and place aside: most lines need no other look.

        Lines longer than every `longest` are not sieved: patterns may be slow on what they are kept from.
        """
        if line.words > self._longest or line.core in self._lines or self._sieve is None:
            return True
        if self._sieve.fullmatch(line.whole):
            return True
        return line.words <= _MOST_LABELS and any(each.fullmatch(line.core) for each in self._labels)

    @cached_property
    def _longest(self) -> int:
        return max((rule.longest for rule in self.rules if rule.longest is not None), default=0)

    @cached_property
    def _lines(self) -> frozenset[str]:
        return frozenset[str]().union(*(rule.opening for rule in self.rules))

    @cached_property
    def _labels(self) -> tuple[re.Pattern[str], ...]:
        return tuple(rule.labels for rule in self.rules if rule.labels)

    @cached_property
    def _sieve(self) -> re.Pattern[str] | None:
        """The patterns of all rules in one; None where one refers to its groups, whose numbers would move."""
        patterns = [rule.pattern.pattern for rule in self.rules if rule.pattern]
        if any(_REFERENCE.search(_ESCAPED.sub("x", each)) for each in patterns):
            return None
        return re.compile("|".join(f"(?:{each})" for each in patterns))

    def and_also(self, more: Rules) -> Rules:
        """These rules and then those; the other's `caption_words` holds where it is given."""
        words = self.caption_words if more.caption_words is None else more.caption_words
        return Rules(rules=self.rules + more.rules, caption_words=words)


@lru_cache(maxsize=1)
def default_rules() -> Rules:
    """The rules that come with Khabar."""
    return load_rules(FURNITURE)


def load_rules(path: Path) -> Rules:
    """The rules in the file. Raises DataError with all its faults."""
    value = read_yaml(path)
    faults = Faults(path)
    try:
        rules = Rules.model_validate(value)
    except ValidationError as error:
        for found in error.errors(include_url=False):
            faults.add(_path(found["loc"]), f"{found['msg']}, found {found['input']!r:.60}")
        raise DataError(faults.report("correct the rules")) from error
    for number, rule in enumerate(rules.rules):
        _check(rule, f"rules[{number}]", faults)
    faults.raise_if_any("correct the rules")
    return rules


def _path(location: Sequence[int | str]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location).removeprefix(
        "."
    )


def _check(rule: Rule, where: str, faults: Faults) -> None:
    if not (rule.lines or rule.words or rule.prefixes or rule.patterns):
        faults.add(where, "expected lines, words, prefixes or patterns, found none")
    if rule.until and not rule.lines:
        faults.add(f"{where}.until", "needs `lines`: only a whole line takes what follows with it")
    for field in ("lines", "words", "prefixes"):
        for number, line in enumerate(getattr(rule, field)):
            if not LineKey.of(line).core:
                faults.add(f"{where}.{field}[{number}]", f"expected words, found {line!r}")
    for number, pattern in enumerate(rule.patterns):
        place = f"{where}.patterns[{number}]"
        try:
            re.compile(pattern)
        except re.error as error:
            faults.add(place, f"not a regular expression: {error}")
        if unmatched := _UNWANTED_UNDER_KEY.search(pattern):
            character = unmatched.group()
            faults.add(place, f"{character!r} never occurs under the key; expected {key(character)!r} there")
