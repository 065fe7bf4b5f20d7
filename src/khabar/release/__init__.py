"""Releases: gold to rows, Parquet, card and manifest; and whether what one has is a release."""

from khabar.release.diff import ReleaseDiff, diff
from khabar.release.manifest import Manifest, read_manifest
from khabar.release.tables import Tables, gold_digest, gold_documents, make_tables
from khabar.release.verification import verify
from khabar.release.writer import BuildReport, build

__all__ = [
    "BuildReport",
    "Manifest",
    "ReleaseDiff",
    "Tables",
    "build",
    "diff",
    "gold_digest",
    "gold_documents",
    "make_tables",
    "read_manifest",
    "verify",
]
