"""Scores: tags as seqeval, events as TextEE, submissions judged as a whole, intervals over articles."""

from khabar.scoring.comparison import Comparison, Pair, compare, compare_evaluations
from khabar.scoring.counting import micro_counts
from khabar.scoring.counts import Counts, Figures
from khabar.scoring.evaluation import Evaluation, Score, evaluate, score
from khabar.scoring.events import EventScores, score_events
from khabar.scoring.gold import Gold, read_gold
from khabar.scoring.mistakes import Mistake, Said, count_mistakes, find_mistakes
from khabar.scoring.published import MismatchError
from khabar.scoring.slices import slice_counts
from khabar.scoring.submission import Submission, judge_records, read_submission
from khabar.scoring.tags import TagScores, score_tags

__all__ = [
    "Comparison",
    "Counts",
    "Evaluation",
    "EventScores",
    "Figures",
    "Gold",
    "MismatchError",
    "Mistake",
    "Pair",
    "Said",
    "Score",
    "Submission",
    "TagScores",
    "compare",
    "compare_evaluations",
    "count_mistakes",
    "evaluate",
    "find_mistakes",
    "judge_records",
    "micro_counts",
    "read_gold",
    "read_submission",
    "score",
    "score_events",
    "score_tags",
    "slice_counts",
]
