"""What a news page says of itself: JSON-LD first, then its meta elements, its address, at last a guess."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from khabar.text.normalise import key

_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?![\d-])")
_IN_ADDRESS = re.compile(r"/(\d{4})/(?:[^/\d][^/]*/)?(\d{1,2})/(\d{1,2})(?!\d)|/(\d{4})-(\d\d)-(\d\d)(?!\d)")
_SITE_SUFFIX = re.compile(r"\s+[-–—|:»]\s+[^-–—|»]+$")
_EMPTY: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Metadata:
    """Title, date, author and address of a page, each None where the page does not say.

    `published` is as precise as what is known (`2013`, `2013-08`, `2013-08-03`); `published_from` says
    whether it was read (`jsonld`, `meta`, `address`) or guessed from the page (`guess`).
    """

    title: str | None = None
    published: str | None = None
    published_from: str | None = None
    author: str | None = None
    address: str | None = None
    description: str | None = None


def metadata_of(tree: Any) -> Metadata:
    """The metadata of a parsed page."""
    linked, meta = _linked_data(tree), _meta(tree)
    address = _address(tree, linked, meta)
    published, published_from = _published(tree, linked, meta, address)
    return Metadata(
        title=_title(tree, linked, meta),
        published=published,
        published_from=published_from,
        author=_author(linked, meta),
        address=address,
        description=_text(linked.get("description")) or meta.get("og:description") or meta.get("description"),
    )


def _linked_data(tree: Any) -> dict[str, Any]:
    """The first article among the page's JSON-LD blocks, empty if there is none that can be read."""
    for block in tree.xpath('//script[@type="application/ld+json"]/text()'):
        try:
            value = json.loads(str(block), strict=False)
        except (json.JSONDecodeError, RecursionError):
            continue
        for node in _nodes(value):
            kinds = node.get("@type", "")
            if any(str(kind).endswith(("Article", "BlogPosting")) for kind in _many(kinds)):
                return node
    return _EMPTY


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    for each in _many(value):
        if isinstance(each, dict):
            yield each
            yield from _nodes(each.get("@graph", []))


def _many(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _meta(tree: Any) -> dict[str, str]:
    """Contents of the meta elements by property, name or itemprop in lower case; the first of each holds."""
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("property", "name", "itemprop"):
            if content and (name := element.get(attribute)):
                found.setdefault(name.lower(), content)
    return found


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _title(tree: Any, linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    """The headline; a page's heading where the headline is that plus the site's name."""
    given = _text(linked.get("headline")) or meta.get("og:title") or _text(tree.findtext(".//title"))
    headings = [" ".join(each.text_content().split()) for each in tree.iter("h1")]
    if given is None:
        return next((each for each in headings if each), None)
    given = " ".join(given.split())
    for heading in headings:
        if heading and key(given).startswith(key(heading)):
            return heading
    site = meta.get("og:site_name")
    suffix = _SITE_SUFFIX.search(given)
    if suffix and site and key(site).strip() in key(suffix.group()):
        return given[: suffix.start()]
    return given


def _author(linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    given = [each.get("name") if isinstance(each, dict) else each for each in _many(linked.get("author"))]
    names = [name for each in given if (name := _text(each))]
    return ", ".join(names) or meta.get("author") or meta.get("article:author")


def _address(tree: Any, linked: dict[str, Any], meta: dict[str, str]) -> str | None:
    canonical = tree.xpath('string(//link[@rel="canonical"]/@href)')
    entity = linked.get("mainEntityOfPage")
    entity = entity.get("@id") if isinstance(entity, dict) else entity
    for given in (_text(linked.get("url")), str(canonical), meta.get("og:url"), _text(entity)):
        if given and given.startswith(("http://", "https://")):
            return given
    return None


def _published(
    tree: Any, linked: dict[str, Any], meta: dict[str, str], address: str | None
) -> tuple[str | None, str | None]:
    if found := iso_date(_text(linked.get("datePublished")) or ""):
        return found, "jsonld"
    for name in ("article:published_time", "datepublished", "pubdate", "date", "dc.date.issued"):
        if found := iso_date(meta.get(name, "")):
            return found, "meta"
    if place := _IN_ADDRESS.search(address or ""):
        year, month, day = (int(part) for part in place.groups() if part)
        if found := iso_date(f"{year:04}-{month:02}-{day:02}"):
            return found, "address"
    return _guessed(tree)


def _guessed(tree: Any) -> tuple[str | None, str | None]:
    from htmldate import find_date  # comes with trafilatura

    found = find_date(tree, original_date=True)
    if not found:
        return None, None
    # htmldate makes up 1 January where it finds a year only, and the 1st where it finds a month
    return re.sub(r"-01-01$|-01$", "", found), "guess"


def iso_date(value: str) -> str | None:
    """The date that an ISO 8601 date or time begins with, at its precision; None if it is no date."""
    found = _ISO.match(value.strip())
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None
    return found.group()
