"""Formats of others: CoNLL-2003, CoNLL-U Plus, brat, OneIE and TextEE, spaCy's DocBin, out and in."""

from khabar.formats.exporting import Exported, Kind, of_corpus, of_release, write
from khabar.formats.findings import Mending
from khabar.formats.importing import Imported, Terms, files_of, import_files, save_import
from khabar.formats.oneie import Window

__all__ = [
    "Exported",
    "Imported",
    "Kind",
    "Mending",
    "Terms",
    "Window",
    "files_of",
    "import_files",
    "of_corpus",
    "of_release",
    "save_import",
    "write",
]
