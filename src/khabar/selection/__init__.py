"""What to annotate next, out of far more than anyone can read."""

from khabar.selection.choice import SPARE, Chosen, Selection, choose, select
from khabar.selection.looking import READERS, Candidate, Glance, Reader, reader_of
from khabar.selection.pool import Pool
from khabar.selection.sieve import Known, Sieve
from khabar.selection.streaming import select_stream
from khabar.selection.writing import choice_json, table, write_choice

__all__ = [
    "READERS",
    "SPARE",
    "Candidate",
    "Chosen",
    "Glance",
    "Known",
    "Pool",
    "Reader",
    "Selection",
    "Sieve",
    "choice_json",
    "choose",
    "reader_of",
    "select",
    "select_stream",
    "table",
    "write_choice",
]
