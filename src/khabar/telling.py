"""What a run of conversion tells: a line an article, what was removed and why, and all of it as JSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from khabar.intake import Converted, Intake
from khabar.text import segment
from khabar.wording import number_of


def as_text(converted: Converted) -> str:
    """The article in a line."""
    article = converted.article
    dated = f"{article.published} ({converted.raw.published_from})" if converted.raw.published else "no date"
    return (
        f"{article.id}  {converted.state}  {number_of(len(segment(converted.text)), 'sentence')}  {dated}  "
        f"{article.text_sha256[:12]}  {converted.raw.place}"
    )


def explanations(intake: Intake) -> Iterator[str]:
    """What was removed from each input, a line each; of what cannot be seen only the counts."""
    cleaned = [(each.raw, each.cleaned) for each in intake.converted]
    cleaned += [(each.raw, each.cleaned) for each in intake.refused if each.cleaned is not None]
    for raw, result in cleaned:
        yield raw.place
        unseen: Counter[str] = Counter()
        for removal in result.removed:
            shown = " ".join(removal.text.split())
            if not shown.isprintable() or not shown:
                unseen[removal.reason] += 1
                continue
            line = raw.raw.count("\n", 0, removal.start) + 1
            yield f"  line {line}: {removal.reason}: {shown}"
        if unseen:
            yield "  " + ", ".join(f"{reason} × {count}" for reason, count in sorted(unseen.items()))


def as_json(intake: Intake) -> dict[str, Any]:
    """Articles, with what was removed from each, and duplicates, for `--format json`."""

    def one(each: Converted) -> dict[str, Any]:
        removed = [asdict(removal) for removal in each.cleaned.removed]
        told = {"place": each.raw.place, "state": each.state, "title": each.text.split("\n", 1)[0]}
        seen = {
            "published_from": each.raw.published_from,
            "author": each.raw.author,
            "address": each.raw.address,
        }
        return {**told, "article": each.article.model_dump(), **seen, "removed": removed}

    pairs = [asdict(pair) for pair in intake.duplicates]
    return {"articles": [one(each) for each in intake.converted], "duplicates": pairs}
