"""A silver release in Croissant: as a gold release is described, in words that say what it is not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khabar.corpus import Corpus
from khabar.release.assembly import Checkout
from khabar.release.croissant import croissant
from khabar.release.manifest import File
from khabar.silver.parts import Parts, part_path
from khabar.silver.rows import SPLIT, silver_columns
from khabar.silver.tally import Tally


def silver_croissant(
    corpus: Corpus,
    checkout: Checkout,
    tally: Tally,
    parts: Mapping[str, Parts],
    files: Mapping[str, File],
    *,
    annotator: str,
    version: str,
) -> dict[str, Any]:
    """The JSON-LD of the release. `files` gives size and digest of every data file by its path."""
    given, name = checkout.citation, checkout.citation.title.split(":")[0]
    what = (
        f"What one model, {annotator}, says of {tally.counts.articles} articles: no human and no "
        f"adjudication stands behind these labels. The columns are those of {name}, and `annotator`."
    )
    named = {"title": f"{name} silver", "abstract": what}
    paths = {
        config: [part_path(config, part, len(each.files)) for part in range(len(each.files))]
        for config, each in parts.items()
    }
    return croissant(
        silver_columns(corpus.schema),
        {config: {SPLIT: {path: files[path] for path in each}} for config, each in paths.items()},
        given.model_copy(update=named),
        version=version,
        text_licences=sorted(tally.licences),
        languages=sorted(tally.languages),
        canary=checkout.canary.line,
    )
