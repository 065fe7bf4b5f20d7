"""Suspects: what a reviewer of annotations should look at, found by holding them against each other."""

from khabar.suspects.listing import Listing, list_suspects
from khabar.suspects.suspect import KINDS, Suspect

__all__ = ["KINDS", "Listing", "Suspect", "list_suspects"]
