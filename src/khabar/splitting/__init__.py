"""Splits: a seeded search for a balanced division of the gold, its report, and its file."""

from khabar.splitting.division import divide
from khabar.splitting.groups import Groups, read_groups
from khabar.splitting.plan import Plan
from khabar.splitting.report import SplitReport, report_of, splits_table
from khabar.splitting.search import search

__all__ = ["Groups", "Plan", "SplitReport", "divide", "read_groups", "report_of", "search", "splits_table"]
