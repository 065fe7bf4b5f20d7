"""Label Studio: schema → labelling configuration, article ↔ task, export → passes."""

from khabar.labelstudio.config import labelling_config
from khabar.labelstudio.exports import Export, annotator_of, gather_export, read_export
from khabar.labelstudio.results import Reading, annotation_of, results_of
from khabar.labelstudio.short_reading import read_snapshot
from khabar.labelstudio.tasks import annotated_task, task

__all__ = [
    "Export",
    "Reading",
    "annotated_task",
    "annotation_of",
    "annotator_of",
    "gather_export",
    "labelling_config",
    "read_export",
    "read_snapshot",
    "results_of",
    "task",
]
