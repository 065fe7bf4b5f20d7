"""What to annotate next, out of far more than anyone can read."""

from khabar.selection.choice import Chosen, Selection, choose, select
from khabar.selection.looking import Candidate, Glance, Reader, reader_of
from khabar.selection.pool import Pool

__all__ = [
    "Candidate",
    "Chosen",
    "Glance",
    "Pool",
    "Reader",
    "Selection",
    "choose",
    "reader_of",
    "select",
]
