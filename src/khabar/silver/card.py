"""The card of a silver release: what it is, what it is not, and what the loader reads."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from typing import Any

import yaml

from khabar.corpus import Corpus
from khabar.release.assembly import Checkout
from khabar.release.card import Verbatim, licence_names, render, size_category
from khabar.release.croissant import ANNOTATION_LICENCE
from khabar.release.features import CONFIGS, as_yaml
from khabar.release.manifest import Silver
from khabar.silver.parts import Parts
from khabar.silver.rows import SPLIT, silver_columns
from khabar.silver.tally import Tally

_TEMPLATE = "silver_card.md"


def silver_card(
    corpus: Corpus,
    checkout: Checkout,
    tally: Tally,
    parts: Mapping[str, Parts],
    *,
    silver: Silver,
    version: str,
    content_digest: str,
) -> str:
    """The card, every figure of it counted."""
    template = files("khabar.silver").joinpath(_TEMPLATE).read_text(encoding="utf-8")
    figures = {
        "metadata": Verbatim(_metadata(corpus, checkout, tally, parts, version)),
        "canary": Verbatim(checkout.canary.line),
        "name": checkout.citation.title,
        "version": version,
        "schema_version": corpus.schema.version,
        "content_digest": content_digest,
        "silver": silver,
        "counts": tally.counts,
        "configs": {config: CONFIGS[config] for config in parts},
        "sources": [(corpus.sources[name], count) for name, count in sorted(tally.sources.items())],
        "unshown": tally.unshown,
    }
    return render(template, figures)


def _metadata(
    corpus: Corpus, checkout: Checkout, tally: Tally, parts: Mapping[str, Parts], version: str
) -> str:
    licences = licence_names([ANNOTATION_LICENCE, *sorted(tally.licences)])
    value: dict[str, Any] = {
        "pretty_name": f"{checkout.citation.title} (silver)",
        "license": licences[0] if len(licences) == 1 else licences,
        "language": sorted(tally.languages),
        "annotations_creators": ["machine-generated"],
        "size_categories": [size_category(tally.counts.articles)],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if number == 0 else {}),
                "version": version,  # part of the loader's cache key
                "data_files": [{"split": SPLIT, "path": f"data/{config}/{SPLIT}-*"}],
            }
            for number, config in enumerate(parts)
        ],
        "dataset_info": [_info(config, corpus, each) for config, each in parts.items()],
    }
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)


def _info(config: str, corpus: Corpus, parts: Parts) -> dict[str, Any]:
    size = sum(each.arrow_bytes for each in parts.files)
    return {
        "config_name": config,
        "features": as_yaml(silver_columns(corpus.schema)[config]),
        "splits": [{"name": SPLIT, "num_bytes": size, "num_examples": parts.rows.rows}],
        "download_size": sum(each.bytes for each in parts.files),
        "dataset_size": size,
    }
