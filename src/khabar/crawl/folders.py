"""The folders of a crawl, in each a file for every task."""

KEPT = "articles"
DUPLICATES = "duplicates"
QUARANTINE = "quarantine"
KNOWN = "known"
PREDICTED = "predictions"
CLEANED = "work/cleaned"
