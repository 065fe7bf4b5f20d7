"""Passes pulled off a real Label Studio server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from khabar.corpus import Corpus, read_corpus
from khabar.document import Argument
from khabar.errors import CallError
from khabar.labelstudio.accounts import Site
from khabar.labelstudio.connection import Connection, ServerError, connect
from khabar.labelstudio.desks import Desk, desks
from khabar.labelstudio.pulling import Pulled, pull
from label_studio_work import BAD, MENTION, RESULT, Work, label, make_work, passes_in, write_small_corpus

pytestmark = pytest.mark.labelstudio


@pytest.fixture
def corpus(tmp_path: Path, tiny_value: dict[str, Any]) -> Corpus:
    return write_small_corpus(tmp_path / "annotations", tiny_value)


@pytest.fixture
def work(empty_label_studio: Site, corpus: Corpus) -> Work:
    """The project of a: four tasks, nothing done."""
    return make_work(empty_label_studio, "a", corpus)


def pulled(corpus: Corpus, site: Site, *, replace: list[str] | None = None, **options: Any) -> list[Pulled]:
    return [pull(corpus, each, replace=replace or ()) for each in desks(corpus, site, **options)]


def snapshots_on(work: Work) -> list[str]:
    return [each.title for each in work.connection.client.projects.exports.list(work.project.id)]


def test_what_everybody_submitted_becomes_their_pass_and_all_else_is_told(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    other = make_work(label_studio, "b", corpus)
    work.submit("authored-0", RESULT)
    work.skip("authored-1")
    work.draft("authored-2", [MENTION])
    other.submit("authored-0", [label("m", (17, 24), "entity", "GPE")])
    of_a, of_b = pulled(corpus, label_studio)
    assert [each.annotator for each in (of_a.desk, of_b.desk)] == ["a", "b"]
    assert sorted(passes_in(corpus)) == ["a/authored-0", "b/authored-0"]
    (read,) = corpus.annotations("a")
    assert [(each.type, each.text) for each in read.entities] == [("GPE", "موسكو")]
    assert read.events[0].arguments == (Argument("Rejecter", "T1"),)
    assert corpus.annotations("b")[0].entities[0].text == "موسكو"
    assert of_a.as_json() == {
        "annotator": "a",
        "project": f"{label_studio.url}/projects/{work.project.id}",
        "tasks": {"done": 1, "skipped": 1, "draft": 1, "open": 1, "tasks": 4},
        "items": {"read": 3, "kept": 3, "listed": 0, "trimmed": 0},
        "written": ["authored-0"],
        "unchanged": [],
        "skipped": [work.link("authored-1")],
        "drafts": [work.link("authored-2")],
        "withdrawn": [],
        "faults": [],
    }
    assert (of_b.export.trimmed, of_b.reports) == (1, ())
    assert snapshots_on(work) == []
    assert not (corpus.folder / ".pull").exists()


def test_pulling_again_changes_nothing_and_what_changed_is_told_not_overwritten(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    first = work.submit("authored-0", RESULT)
    work.submit("authored-1", RESULT)
    pulled(corpus, label_studio)
    before = passes_in(corpus)
    (again,) = pulled(corpus, label_studio)
    assert (again.saved.written, len(again.saved.unchanged), again.reports) == ((), 2, ())
    work.change(first, [MENTION])
    work.submit("authored-2", RESULT)
    (changed,) = pulled(corpus, label_studio)
    path = corpus.folder / "passes" / "a" / "authored-0.json"
    assert [str(each) for each in changed.reports] == [
        f"{path}: 1 fault\n"
        "  was pulled or written before and is different now; it is never overwritten unasked\n"
        "Next: --replace authored-0 to replace it"
    ]
    assert [each.stem for each in changed.saved.written] == ["authored-2"]
    after = passes_in(corpus)
    assert {name: after[name] for name in before} == before
    (replaced,) = pulled(corpus, label_studio, replace=["authored-0"])
    assert ([each.stem for each in replaced.saved.written], replaced.reports) == (["authored-0"], ())
    assert passes_in(corpus)["a/authored-0"]["events"] == []


def test_a_pass_of_which_nothing_is_submitted_any_more_is_told_and_stays(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    submitted = work.submit("authored-0", RESULT)
    pulled(corpus, label_studio)
    work.connection.client.annotations.delete(id=submitted)
    work.draft("authored-0", [MENTION])
    (found,) = pulled(corpus, label_studio)
    assert [each.place for each in found.withdrawn] == [work.link("authored-0")]
    assert sorted(passes_in(corpus)) == ["a/authored-0"]
    assert any("has a pass here, and nothing is submitted there" in line for line in found.lines())


def test_nothing_of_a_faulty_annotation_is_written_and_the_good_ones_are(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    work.submit("authored-0", RESULT)
    bad = work.submit("authored-1", [*BAD, MENTION | {"id": "n"}])
    twice = [work.submit("authored-2", RESULT) for _ in range(2)]
    work.connection.client.tasks.update(id=work.tasks["authored-3"], data={"text": "غيره", "article": "x"})
    (found,) = pulled(corpus, label_studio)
    assert sorted(passes_in(corpus)) == ["a/authored-0"]
    (report,) = found.reports
    project = f"{label_studio.url}/projects/{work.project.id}"
    assert report.source == project
    first, second, *others = map(str, report.faults)
    assert first == (
        f"{work.link('authored-1')} annotation {bad} region m: "
        "[18, 4000) ends past the text, which has 65 code points"
    )
    already = f"a has annotated this article already in {work.link('authored-2')} annotation"
    assert f"{already} {twice[0]}; delete" in second or f"{already} {twice[1]}; delete" in second
    assert [each.partition(": ")[2][:40] for each in others] == [
        "article 'x' is none of this corpus; is t",
        "annotated with schema None, this is 1.0",
    ]
    places = [each.where.partition(" ")[0] for each in report.faults]
    assert set(places) == {work.link(f"authored-{number}") for number in (1, 2, 3)}
    export = found.export
    assert (export.read, export.kept, export.listed) == (3 + 2 + 6, 3, 8)


def test_nothing_is_done_where_nobody_has_a_project(empty_label_studio: Site, corpus: Corpus) -> None:
    with pytest.raises(CallError, match=r"no annotator has a project there yet; label_studio.py push"):
        desks(corpus, empty_label_studio)
    with pytest.raises(CallError, match="a has no project there yet"):
        desks(corpus, empty_label_studio, names=["a"])
    with pytest.raises(CallError, match="'x' has no account at"):
        desks(corpus, empty_label_studio, names=["x"])
    with pytest.raises(CallError, match=r"no annotator 'x' in annotators.yaml"):
        desks(corpus, empty_label_studio, users={"a": "x"})


def test_an_account_may_stand_for_another_annotator_of_the_corpus(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    work.submit("authored-0", RESULT)
    for users in ({"a": "c"}, {"a@khabar.example": "c"}):
        (found,) = pulled(corpus, label_studio, users=users)
        assert (found.desk.annotator, found.reports) == ("c", ())
    assert sorted(passes_in(corpus)) == ["c/authored-0"]


def outside(site: Site, name: str) -> Site:
    """The same server as one that others run: with one token, and no accounts."""
    return Site(site.url, outside=site.token(name))


def test_on_a_server_of_others_projects_are_found_by_their_marks(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    work.submit("authored-0", RESULT)
    (found,) = pulled(corpus, outside(label_studio, "a"))
    assert (found.desk.annotator, sorted(passes_in(corpus))) == ("a", ["a/authored-0"])
    with pytest.raises(CallError, match=r"no project of b \(there are those of: a\)"):
        desks(corpus, outside(label_studio, "a"), names=["b"])
    with pytest.raises(CallError, match="no annotator has a project there yet"):
        desks(corpus, outside(label_studio, "j"))


def test_who_is_who_is_asked_where_several_users_annotated_in_one_project(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    client = work.connection.client
    email = f"guest-{work.project.id}@khabar.example"
    guest = client.users.create(username=email, email=email)
    work.submit("authored-0", RESULT)
    work.submit("authored-0", [MENTION], completed_by=guest.id)
    with pytest.raises(CallError, match=rf"annotations of 2 users \(.*{email}.*--map USER=ANNOTATOR"):
        pulled(corpus, outside(label_studio, "a"))
    (found,) = pulled(corpus, outside(label_studio, "a"), users={"a@khabar.example": "a"})
    assert [each.message for each in found.reports[0].faults] == [
        "1 annotation by this user; say who it is: --map USER=ANNOTATOR"
    ]
    assert sorted(passes_in(corpus)) == ["a/authored-0"]
    (found,) = pulled(corpus, outside(label_studio, "a"), users={"a@khabar.example": "a", str(guest.id): "b"})
    assert found.reports == ()
    assert sorted(passes_in(corpus)) == ["a/authored-0", "b/authored-0"]


def test_a_wrong_token_and_a_project_of_others_are_one_clear_error(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    token = "e" * 40
    wrong = Desk("a", Connection(label_studio.url, SecretStr(token)), work.project, "a", {})
    with pytest.raises(ServerError) as error:
        pull(corpus, wrong)
    assert str(error.value).startswith(
        f"{label_studio.url}: answered 401 while looking for snapshots of project"
    )
    assert token not in str(error.value)
    foreign = Desk("b", connect(label_studio, "b"), work.project, "b", {})
    with pytest.raises(ServerError, match=r"answered 40[34] while looking for snapshots of project"):
        pull(corpus, foreign)
    assert passes_in(corpus) == {}


def test_a_snapshot_left_by_a_pull_that_was_killed_is_taken_away_and_no_other(
    label_studio: Site, work: Work, corpus: Corpus
) -> None:
    from khabar.labelstudio.snapshots import _title

    work.submit("authored-0", RESULT)
    for title in (_title(), "somebody's own"):
        work.connection.client.projects.exports.create(work.project.id, title=title)
    pulled(corpus, label_studio)
    assert snapshots_on(work) == ["somebody's own"]
    assert read_corpus(corpus.folder).annotations("a")
