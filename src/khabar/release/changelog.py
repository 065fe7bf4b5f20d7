"""A difference between releases as people and machines read it: text, JSON, an entry of the changelog."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from khabar.release.diff import ReleaseDiff
from khabar.release.labels import Change, Place
from khabar.release.versions import Bump

_RULE = {
    Bump.none: "nothing differs",
    Bump.patch: "no gold label, text or split differs: scores stay comparable",
    Bump.minor: "only added to: what both have is the same",
    Bump.major: "gold or splits differ: scores are not comparable",
}
_OPEN, _CLOSE = "\u2068", "\u2069"
"""First strong isolate and its end: without them a terminal moves the offsets after Arabic words."""


def quoted(words: str) -> str:
    """The words in quotes, isolated, so that they keep their direction and change no neighbour's."""
    return f"«{_OPEN}{' '.join(words.split())}{_CLOSE}»"


def summary(found: ReleaseDiff) -> str:
    """What the rule asks for, in one sentence."""
    before, after = found.before.release, found.after.release
    asked = f"from {before} to {after}: {found.bump.name} ({_RULE[found.bump]})"
    return asked if found.bump is Bump.none else f"{asked}; the rule asks for {found.least_version} or more"


def counts_table(found: ReleaseDiff) -> Table:
    """How many of each thing were added, removed and changed."""
    table = Table("", "added", "removed", "changed")
    for what in dict.fromkeys(each.what for each in found.changes):
        table.add_row(
            what, *(str(found.counts[what, kind] or "") for kind in ("added", "removed", "changed"))
        )
    return table


def changes_table(changes: Iterable[Change], *, title: str) -> Table:
    """One row per change of one article (or of the whole release): what it was, what it is."""
    table = Table("", "", "before", "after", title=title, title_justify="left")
    for each in changes:
        sides = (Text(say(each.what, place)) if place else Text("") for place in (each.before, each.after))
        table.add_row(Text(each.what), Text(each.kind), *sides)
    return table


def by_article(found: ReleaseDiff) -> Iterator[tuple[str, list[Change]]]:
    """The changes under a heading each: the whole release first, then article by article."""
    ordered = sorted(found.changes, key=lambda each: (each.article, each.split))
    for (article, split), changes in groupby(ordered, key=lambda each: (each.article, each.split)):
        yield f"{article} ({split})" if article else "The release", list(changes)


def as_json(found: ReleaseDiff) -> dict[str, Any]:
    """The difference as plain values; `bump` and `least_version` are the rule's."""
    return {
        "before": {"release": found.before.release, "content_digest": found.before.content_digest},
        "after": {"release": found.after.release, "content_digest": found.after.content_digest},
        "bump": found.bump.name,
        "least_version": found.least_version,
        "gold_changed": found.gold_changed,
        "counts": [
            {"what": what, "kind": kind, "count": count} for (what, kind), count in found.counts.items()
        ],
        "changes": [
            {
                "what": each.what,
                "kind": each.kind,
                "article": each.article,
                "split": each.split,
                "asks": each.asks.name,
                "before": dict(each.before) if each.before is not None else None,
                "after": dict(each.after) if each.after is not None else None,
            }
            for each in found.changes
        ],
    }


def entry(found: ReleaseDiff) -> str:
    """A changelog entry in Markdown. Of texts it says only how much changed: they may be others'."""
    lines = [f"## {found.after.release}", "", f"- Data {summary(found)}."]
    if found.gold_changed:
        splits = ", ".join(f"`{each}`" for each in found.gold_changed)
        lines.append(f"- Gold digest is another in: {splits}. Scores on these splits never share a table.")
    for heading, changes in by_article(found):
        if listed := [each for each in changes if each.what != "file"]:
            lines += [f"- {heading}:", *_lines(listed)]
    if files := [each for each in found.changes if each.what == "file"]:
        names = ", ".join(f"`{(each.after or each.before or {})['path']}`" for each in files)
        lines.append(f"- Files that differ beside the data: {names}.")
    return "\n".join(lines) + "\n"


def _lines(changes: list[Change]) -> Iterator[str]:
    """A line per change; of an article that is there or gone as a whole, one line with counts."""
    if whole := next((each for each in changes if each.what == "article"), None):
        labels = ", ".join(
            f"{what}s: {sum(each.what == what for each in changes)}"
            for what in ("mention", "event", "argument")
        )
        yield f"  - article {whole.kind} ({labels})"
        return
    for each in changes:
        if each.what == "text":
            yield f"  - text changed, places: {len((each.before or {})['replaced'])}"
        else:
            sides = " → ".join(
                _escaped(say(each.what, place)) for place in (each.before, each.after) if place
            )
            yield f"  - {each.what} {each.kind}: {sides}"


def _escaped(text: str) -> str:
    """Safe in Markdown: nothing of it opens a tag, a link or an emphasis."""
    return "".join(f"\\{letter}" if letter in "\\`*_[]<>|" else letter for letter in text)


def say(what: str, place: Place) -> str:
    """One side of a change in words."""
    match what:
        case "mention" | "event":
            attributes = [
                name if value is True else f"{name}: {value}"
                for name, value in place.get("attributes", {}).items()
            ]
            return " ".join(
                [place["type"], _words(place), *([f"({', '.join(attributes)})"] if attributes else [])]
            )
        case "argument":
            owner = f"of {place['event']} {quoted(place['trigger'])}"
            return f"{place['role']} {_words(place)} {owner}"
        case "text":
            return " … ".join(quoted(each) for each in place["replaced"])
        case "sentences":
            return f"{place['count']} sentences"
        case "tags":
            return "; ".join(_tagged(each) for each in place["sentences"])
        case "article":
            title = quoted(place["title"]) if place["title"] else "title not ours to show"
            return f"{title}, {place['characters']} characters"
        case "column":
            return f"{place['config']}: {place['name']} {place['type']}"
        case "part":
            return f"{place['config']}/{place['split']}"
        case "file":
            return f"{place['path']}, {place['bytes']} bytes"
        case _:
            return ", ".join(f"{name}: {value}" for name, value in place.items())


def _words(place: Place) -> str:
    return f"{quoted(place['text'])} [{place['start']}:{place['end']}]"


def _tagged(sentence: Place) -> str:
    """The tagged words of a sentence."""
    # held out, there are none
    tags = next((each for name, each in sentence.items() if name.endswith("_tags")), None) or ()
    words = zip(sentence["tokens"], tags, strict=bool(tags))
    marked = [f"{quoted(word)} {tag}" for word, tag in words if tag != "O"]
    return f"{sentence['id']} {', '.join(marked) or 'no tag'}"
