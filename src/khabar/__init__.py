"""Khabar: Arabic news annotated with entities and events; the tools that make it and the benchmark on it."""

from khabar.corpus import read_annotations, read_articles
from khabar.schema import load_schema

__all__ = ["load_schema", "read_annotations", "read_articles"]
__version__ = "0.1.0"
