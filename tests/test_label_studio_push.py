"""Pushing tasks to a real Label Studio server: again and again, and after people changed what is there."""

from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path

import pytest

from khabar.errors import CallError, DataError
from khabar.files import sha256
from khabar.labelstudio import labelling_config, task
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import connect
from khabar.labelstudio.everybody import push_to_all
from khabar.labelstudio.journal import opened
from khabar.labelstudio.push import choose, read_tasks
from khabar.preannotation import PreAnnotations, read_predictions
from label_studio_corpus import TRICKY, articles_on, make_corpus, pushed_to, tasks_of

pytestmark = pytest.mark.labelstudio


def test_every_annotator_gets_every_article_with_its_exact_text(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    site, corpus = empty_label_studio, make_corpus(tmp_path / "corpus", 3)
    for name in ("a", "b"):
        pushed = pushed_to(site, name, corpus, tmp_path)
        assert (pushed.added, pushed.there, pushed.notes) == (["t-0", "t-1", "t-2"], [], [])
        assert pushed.project.tasks == 3
        found = {each.article: each.data for each in read_tasks(connect(site, name), pushed.project.id)}
        assert found["t-0"]["text"] == f"{TRICKY} (0)"
        assert all(sha256(each["text"]) == each["text_sha256"] for each in found.values())
        assert {each["schema"] for each in found.values()} == {corpus.schema.version}
    client = connect(site, "a").client
    full = next(iter(client.tasks.list(project=client.projects.list().items[0].id)))
    assert full.annotations == []


def test_a_second_push_adds_only_what_is_new(empty_label_studio: Site, tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", 5)
    first = pushed_to(empty_label_studio, "a", corpus, tmp_path, tasks_of(corpus)[:3])
    again = pushed_to(empty_label_studio, "a", corpus, tmp_path, tasks_of(corpus)[:3])
    assert (again.added, sorted(again.there)) == ([], ["t-0", "t-1", "t-2"])
    more = pushed_to(empty_label_studio, "a", corpus, tmp_path)
    assert (more.added, sorted(more.there)) == (["t-3", "t-4"], ["t-0", "t-1", "t-2"])
    assert more.project.id == first.project.id
    assert articles_on(empty_label_studio, "a", more.project.id) == ["t-0", "t-1", "t-2", "t-3", "t-4"]


def test_what_was_changed_by_hand_is_told_all_at_once_and_nothing_is_sent(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    site, corpus = empty_label_studio, make_corpus(tmp_path / "corpus", 6)
    project = pushed_to(site, "a", corpus, tmp_path, tasks_of(corpus)[:4]).project.id
    client = connect(site, "a").client
    tasks = {each.article: each for each in read_tasks(connect(site, "a"), project)}
    edited = {**tasks["t-1"].data, "text": "نص آخر"}
    client.tasks.update(id=tasks["t-1"].id, data=edited)
    older = {**tasks["t-2"].data, "schema": "0.9"}
    client.tasks.update(id=tasks["t-2"].id, data=older)
    client.projects.import_tasks(id=project, request=[{"data": tasks["t-3"].data}])
    client.projects.import_tasks(id=project, request=[{"data": {"article": "x", "text": "y"}}])
    with pytest.raises(DataError) as raised:
        pushed_to(site, "a", corpus, tmp_path)
    lines = str(raised.value).splitlines()
    assert lines[0] == f"{site.url}/projects/{project} (Khabar pass a): 4 faults"
    link = f"{site.url}/projects/{project}/data?task="
    said = "\n".join(lines[1:])
    number = tasks["t-1"].id
    assert f"task {number} {link}{number}: the text of t-1 was changed by hand: it has not the digest" in said
    assert "was made for schema '0.9', this is schema 1." in said
    assert "is of article 'x', which is none of this corpus" in said
    assert f"article t-3: has 2 tasks ({tasks['t-3'].id}, " in said
    assert lines[-1].startswith("Next: nothing was sent. Pull what is done first;")
    assert len(articles_on(site, "a", project)) == 6


def test_a_task_deleted_by_hand_is_told_and_pushed_again(empty_label_studio: Site, tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", 3)
    project = pushed_to(empty_label_studio, "a", corpus, tmp_path).project.id
    connection = connect(empty_label_studio, "a")
    gone = next(each for each in read_tasks(connection, project) if each.article == "t-1")
    connection.client.tasks.delete(id=gone.id)
    again = pushed_to(empty_label_studio, "a", corpus, tmp_path)
    assert again.notes == ["1 of the tasks pushed before are gone from the project: t-1"]
    assert again.added == ["t-1"]
    assert pushed_to(empty_label_studio, "a", corpus, tmp_path).notes == []


def test_a_changed_text_under_tasks_is_refused(empty_label_studio: Site, tmp_path: Path) -> None:
    pushed_to(empty_label_studio, "a", make_corpus(tmp_path / "one", 2), tmp_path)
    other = make_corpus(tmp_path / "other", texts={"t-0": "نص جديد", "t-1": "زار", "t-2": "جاء"})
    with pytest.raises(DataError, match="2 faults") as raised:
        pushed_to(empty_label_studio, "a", other, tmp_path)
    assert "is of another text of t-0: digest" in str(raised.value)


def test_a_configuration_of_other_labels_is_refused_and_one_of_other_looks_is_mended(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    corpus = make_corpus(tmp_path / "corpus", 2)
    project = pushed_to(empty_label_studio, "a", corpus, tmp_path).project.id
    client = connect(empty_label_studio, "a").client
    config = labelling_config(corpus.schema)
    client.projects.update(id=project, label_config=config.replace("line-height: 2.4", "line-height: 1"))
    assert pushed_to(empty_label_studio, "a", corpus, tmp_path).notes == [
        "the project's label configuration was brought up to date"
    ]
    assert client.projects.get(id=project).label_config == config.strip()
    client.projects.update(id=project, label_config=config.replace('<Relation value="Host" />', ""))
    with pytest.raises(DataError, match="label configuration: is not this schema's: it lacks Relation=Host"):
        pushed_to(empty_label_studio, "a", corpus, tmp_path)


def test_pre_annotations_are_what_the_annotator_begins_with_and_can_be_refreshed(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    site, corpus = empty_label_studio, make_corpus(tmp_path / "corpus", 2)
    pushed = pushed_to(site, "a", corpus, tmp_path, predicted(corpus, tmp_path / "one" / "m.jsonl", "PER"))
    client = connect(site, "a").client
    first = client.projects.get(id=pushed.project.id).model_version
    assert first.startswith("m@")
    full = next(iter(client.tasks.list(project=pushed.project.id)))
    (prediction,) = full.predictions
    assert prediction.model_version == first
    assert [(r["type"], r.get("value", {}).get("labels")) for r in prediction.result] == [("labels", ["PER"])]
    tasks = predicted(corpus, tmp_path / "two" / "m.jsonl", "GPE")
    again = pushed_to(site, "a", corpus, tmp_path, tasks)
    assert (again.added, again.predicted) == ([], ["t-0", "t-1"])
    second = client.projects.get(id=pushed.project.id).model_version
    assert second.startswith("m@")
    assert second != first
    assert pushed_to(site, "a", corpus, tmp_path, tasks).predicted == []
    found = client.predictions.list(project=pushed.project.id)
    assert sorted(each.model_version for each in found) == sorted([first, first, second, second])


def test_tasks_whose_pre_annotations_are_not_shown_any_more_are_told(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    """The server shows those of one version only."""
    site, corpus = empty_label_studio, make_corpus(tmp_path / "corpus", 3)
    pushed_to(site, "a", corpus, tmp_path, predicted(corpus, tmp_path / "one" / "m.jsonl", "PER")[:2])
    newer = predicted(corpus, tmp_path / "two" / "m.jsonl", "GPE")
    (note,) = pushed_to(site, "a", corpus, tmp_path, newer[1:]).notes
    assert note == (
        "1 task has pre-annotations of another version only, which are not shown any more: "
        "push m's predictions of these articles, too"
    )
    again = pushed_to(site, "a", corpus, tmp_path, newer)
    assert (again.predicted, again.notes) == (["t-0"], [])


def predicted(corpus, path: Path, type_: str) -> list:
    """The tasks of all articles, each with the mention of its first word."""
    from label_studio_corpus import predictions_file

    records = [
        {"article": each, "entities": [{"start": 0, "end": 3, "type": type_}]} for each in corpus.articles
    ]
    found: PreAnnotations = read_predictions(predictions_file(path, records), corpus.articles, corpus.schema)
    return [task(each, found.annotations[each.id], schema=corpus.schema) for each in corpus.articles.values()]


def test_two_pushes_to_one_project_do_not_run_at_once(empty_label_studio: Site, tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path / "corpus", 1)
    project = pushed_to(empty_label_studio, "a", corpus, tmp_path).project.id
    with (
        opened(tmp_path, empty_label_studio.url, project),
        pytest.raises(CallError, match=f"another push to project {project} is running"),
    ):
        pushed_to(empty_label_studio, "a", corpus, tmp_path)


def test_articles_are_chosen_by_id_or_split(tmp_path: Path) -> None:
    corpus = make_corpus(tmp_path, 3)
    assert [each.id for each in choose(corpus, ["t-2", "t-0", "t-2"], "")] == ["t-2", "t-0"]
    assert [each.id for each in choose(corpus, [], "train")] == ["t-0", "t-1", "t-2"]
    assert choose(corpus, [], "test") == []
    for ids, split, message in (
        (["t-9"], "", "no article t-9"),
        ([], "dev", r"no split 'dev' \(there are train, validation, test\)"),
        (["t-0"], "train", "not both"),
    ):
        with pytest.raises(CallError, match=message):
            choose(corpus, ids, split)


def test_one_project_that_does_not_fit_keeps_no_other_from_its_tasks(
    empty_label_studio: Site, tmp_path: Path
) -> None:
    site, corpus = empty_label_studio, make_corpus(tmp_path / "corpus", 2)
    project = pushed_to(site, "a", corpus, tmp_path).project.id
    connect(site, "a").client.projects.import_tasks(
        id=project, request=[{"data": {"article": "x", "text": "y"}}]
    )
    said: list[str] = []
    with pytest.raises(DataError, match="1 fault") as raised:
        push_to_all(
            site,
            ["a", "b"],
            corpus,
            tasks_of(corpus),
            journals=tmp_path,
            say=said.append,
            progress=lambda *_: nullcontext(lambda _: None),
        )
    assert f"{site.url}/projects/{project} (Khabar pass a)" in str(raised.value)
    assert said[0] == "b: 2 tasks added, 0 there already"
