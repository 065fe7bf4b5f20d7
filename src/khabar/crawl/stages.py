"""A crawl as stages of datatrove: each a pipeline of so many tasks, the next begun when one is done."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from datatrove.executor import LocalPipelineExecutor, RayPipelineExecutor, SlurmPipelineExecutor
from datatrove.pipeline.base import PipelineStep
from datatrove.pipeline.dedup.minhash import MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter
from datatrove.pipeline.writers import JsonlWriter

from khabar.baselines import Model
from khabar.crawl.choosing import Candidates, Choose, Wanted
from khabar.crawl.copies import MINHASH, CountShared, Signatures
from khabar.crawl.folders import CHECKED, CLEANED, DUPLICATES, KEPT, LOGS, PAIRS, REMOVALS, SIGNATURES
from khabar.crawl.steps import AfterAll, PreAnnotate, ReadArticles, ReadRank, row
from khabar.streams import Conversion, Limits

Engine = Literal["local", "slurm", "ray"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A pipeline, and how many tasks do it."""

    name: str
    tasks: int
    pipeline: list[PipelineStep]


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where stages run. `workers` at a time; of Slurm also the partition, and the time a task may take."""

    engine: Engine = "local"
    workers: int = 1
    gigabytes: int = 4
    partition: str = ""
    time: str = "24:00:00"
    slurm: dict[str, Any] = field(default_factory=dict)


def stages_of(
    inputs: Sequence[str],
    out: str,
    conversion: Conversion,
    *,
    tasks: int,
    model: Model | None = None,
    wanted: Wanted | None = None,
    limits: Limits | None = None,
) -> list[Stage]:
    """The stages of a crawl into the folder at `out`, which every task must reach.

    `articles` will hold what stays, `duplicates` copies of these, `quarantine` what gives no article and
    why, `known` what the corpus has, `predictions` what the model finds: a file for each of the tasks; and
    `chosen`, where that many are wanted, what to annotate next, which needs a local path.
    """
    signatures, pairs, checked, removals = (
        f"{out}/{name}" for name in (SIGNATURES, PAIRS, CHECKED, REMOVALS)
    )
    first = [
        ReadArticles(inputs, out, conversion, limits or Limits()),
        JsonlWriter(f"{out}/{CLEANED}", adapter=row),
        Signatures(out),
    ]
    last = [
        ReadRank(f"{out}/{CLEANED}"),
        MinhashDedupFilter(removals, exclusion_writer=JsonlWriter(f"{out}/{DUPLICATES}", adapter=row)),
        JsonlWriter(f"{out}/{KEPT}", adapter=row),
    ]
    if model is not None:
        last.append(PreAnnotate(model, out))
    if wanted is not None:
        last.append(Candidates(wanted, out))
    stages = [
        Stage("clean", tasks, first),
        Stage(
            "pairs",
            MINHASH.num_buckets,
            [
                AfterAll(out, "clean", tasks),
                MinhashDedupBuckets(signatures, pairs, config=MINHASH),
                CountShared(out),
            ],
        ),
        Stage("cluster", 1, [MinhashDedupCluster(checked, removals, config=MINHASH)]),
        Stage("annotate", tasks, last),
    ]
    return (
        [*stages, Stage("choose", 1, [AfterAll(out, "annotate", tasks), Choose(wanted, out)])]
        if wanted is not None
        else stages
    )


def run_stages(stages: Sequence[Stage], out: str, cluster: Cluster) -> None:
    """Run the stages one after the other; on Slurm, submit them so, and return.

    A task that is done, as `logs` in the folder says, is not done again.
    """
    before: Any = None
    for stage in stages:
        executor = _executor(stage, f"{out}/{LOGS}/{stage.name}", cluster, before)
        if cluster.engine != "slurm":
            executor.run()
        before = executor
    if cluster.engine == "slurm":
        before.run()  # submits those it depends on first


def _executor(stage: Stage, logs: str, cluster: Cluster, before: Any) -> Any:
    common = {"pipeline": stage.pipeline, "tasks": stage.tasks, "logging_dir": logs}
    workers = min(cluster.workers, stage.tasks)
    if cluster.engine == "local":
        return LocalPipelineExecutor(**common, workers=workers)
    if cluster.engine == "ray":
        return RayPipelineExecutor(**common, workers=workers, mem_per_cpu_gb=cluster.gigabytes)
    return SlurmPipelineExecutor(
        **common,
        workers=workers,
        mem_per_cpu_gb=cluster.gigabytes,
        partition=cluster.partition,
        time=cluster.time,
        job_name=f"khabar-{stage.name}",
        venv_path=str(Path(sys.prefix) / "bin" / "activate"),
        depends=before,
        **cluster.slurm,
    )
