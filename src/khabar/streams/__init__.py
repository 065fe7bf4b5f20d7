"""Streams of articles of any length: read, converted on all cores, written, gone on with after a stop."""

from khabar.streams.addresses import FORMS, Folder, StreamFile, find_files
from khabar.streams.articles import read_stream, size_of
from khabar.streams.conversion import Conversion, Duplicate, Quarantined
from khabar.streams.finishing import Summary
from khabar.streams.pool import Limits, WorkFailedError
from khabar.streams.reading import Record, read_records
from khabar.streams.running import Settings, convert_stream

__all__ = [
    "FORMS",
    "Conversion",
    "Duplicate",
    "Folder",
    "Limits",
    "Quarantined",
    "Record",
    "Settings",
    "StreamFile",
    "Summary",
    "WorkFailedError",
    "convert_stream",
    "find_files",
    "read_records",
    "read_stream",
    "size_of",
]
