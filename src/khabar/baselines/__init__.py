"""Baselines, trained on a CPU from any number of articles: `gazetteer.fit`, `crf.fit`, `Model.predict`."""

from khabar.baselines.model import Model

__all__ = ["Model"]
