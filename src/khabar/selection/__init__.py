"""What to annotate next, out of far more than anyone can read."""

from khabar.selection.choice import SPARE, Chosen, Selection, Sieve, choose, select
from khabar.selection.looking import READERS, Candidate, Glance, Reader, reader_of
from khabar.selection.pool import Pool
from khabar.selection.writing import check_new, choice_json, table, write_choice

__all__ = [
    "READERS",
    "SPARE",
    "Candidate",
    "Chosen",
    "Glance",
    "Pool",
    "Reader",
    "Selection",
    "Sieve",
    "check_new",
    "choice_json",
    "choose",
    "reader_of",
    "select",
    "table",
    "write_choice",
]
