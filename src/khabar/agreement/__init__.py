"""Agreement before adjudication: how far two passes of an article say the same, and where not."""

from khabar.agreement.comparison import Agreement, Side, Sum, compare, compare_sides, total
from khabar.agreement.counts import Confusion, Counts, kappa
from khabar.agreement.disagreements import Disagreement, disagreements
from khabar.agreement.intervals import intervals_of, intervals_of_counts
from khabar.agreement.measures import MEASURES
from khabar.agreement.pairs import Pair, Passes, corpus_pair, only, pairs, passes_in, passes_of_corpus
from khabar.agreement.report import as_json, remarks, report
from khabar.agreement.tables import agreement_tables
from khabar.agreement.tokens import Coefficients, can_count_tokens, coefficients

__all__ = [
    "MEASURES",
    "Agreement",
    "Coefficients",
    "Confusion",
    "Counts",
    "Disagreement",
    "Pair",
    "Passes",
    "Side",
    "Sum",
    "agreement_tables",
    "as_json",
    "can_count_tokens",
    "coefficients",
    "compare",
    "compare_sides",
    "corpus_pair",
    "disagreements",
    "intervals_of",
    "intervals_of_counts",
    "kappa",
    "only",
    "pairs",
    "passes_in",
    "passes_of_corpus",
    "remarks",
    "report",
    "total",
]
