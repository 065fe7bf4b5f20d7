"""Silver: what a model says of any number of articles, in the format of a release, kept apart from gold."""

from khabar.silver.building import ARTICLES, SilverReport, build_silver
from khabar.silver.guard import Guard, check_apart
from khabar.silver.predicting import MODELS, Trained, baseline

__all__ = [
    "ARTICLES",
    "MODELS",
    "Guard",
    "SilverReport",
    "Trained",
    "baseline",
    "build_silver",
    "check_apart",
]
