"""What may go out, and where to: partial releases, texts of others, held-out labels, pages."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import yaml

from hub_api import Hub
from hub_repositories import Repository
from hub_worker import Call, publish_one, publish_pages
from khabar.errors import CallError
from khabar.files import write_json
from khabar.release import read_manifest
from khabar.release.publishing import ready
from publishing import (
    NAME,
    TAG,
    call,
    contents,
    ended,
    hub,
    program,
    releases,
    shared_hub,
    small,
)

__all__ = ["call", "hub", "releases", "shared_hub", "small"]  # fixtures


def test_a_release_that_leaves_articles_out_needs_partial(releases: dict[str, Path]) -> None:
    with pytest.raises(CallError, match=r"leaves out 1 article .*theirs-1.* with --partial"):
        ready(releases["one"], partial=False)
    with pytest.raises(CallError, match="publish it without --partial"):
        ready(releases["full"], partial=True)


def test_texts_that_may_be_passed_on_go_out_like_our_own(releases: dict[str, Path]) -> None:
    assert read_manifest(releases["full"]).texts_of_others == {"theirs": 1}
    assert ready(releases["full"], partial=False).tag == TAG


def test_texts_that_nobody_may_pass_on_go_nowhere(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    for arguments in ((NAME,), (NAME, "--private"), ("--to", tmp_path / "mirror")):
        code, _, err = ended(program(hub, tmp_path, repository, *arguments, "--release", releases["closed"]))
        assert code == 2
        assert "holds texts that their terms do not let others pass on (articles of theirs: 1)" in err
        assert "`redistribute: true`" in err
    assert hub.requests == []
    assert not (tmp_path / "mirror").exists()


def test_held_out_labels_go_to_a_private_repository_only(
    hub: Hub, call: Call, small: Path, tmp_path: Path
) -> None:
    labels = shutil.copytree(small, tmp_path / "labels")
    manifest = json.loads((labels / "manifest.json").read_text(encoding="utf-8"))
    write_json(labels / "manifest.json", {**manifest, "held_out": "test", "keep_private": True})
    assert "publish it with --private" in call(publish_one, labels, NAME)[1]
    hub.repositories["datasets", NAME] = Repository(NAME)
    done, said = call(publish_one, labels, NAME, private=True)
    assert (done, "everybody may read it, and these labels are held out" in said) == (None, True)
    assert len(hub.dataset(NAME).commits) == 1
    hub.repositories.clear()
    assert call(publish_one, labels, NAME, private=True)[0].state == "published"
    assert hub.dataset(NAME).private


def test_an_older_version_does_not_take_the_place_of_a_newer(
    hub: Hub, call: Call, releases: dict[str, Path], small: Path
) -> None:
    call(publish_one, releases["next"], NAME)
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert "it holds release 1.0.1; 1.0.0 would take its place as the newest" in said
    assert len(hub.dataset(NAME).commits) == 2


def test_a_folder_that_is_not_what_its_manifest_says_does_not_leave_the_machine(
    hub: Hub, call: Call, releases: dict[str, Path], tmp_path: Path
) -> None:
    spoilt = shutil.copytree(releases["one"], tmp_path / "spoilt")
    (spoilt / "hidden-labels.json").write_text("{}", encoding="utf-8")
    done, said = call(publish_one, spoilt, NAME, trusted=False)
    assert (done, "hidden-labels.json: is no file of the release" in said) == (None, True)
    (spoilt / "LICENSE").write_text("bent", encoding="utf-8")
    done, said = call(publish_one, spoilt, NAME, trusted=False)
    assert (done, "LICENSE: expected SHA-256" in said) == (None, True)
    assert hub.requests == []


def test_pages_go_to_a_static_space_with_a_card_and_replace_the_old(
    hub: Hub, call: Call, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    (pages / "صفحات").mkdir(parents=True)
    (pages / "index.html").write_text("<h1>لوحة 😀</h1>", encoding="utf-8")
    (pages / "صفحات" / "explorer.html").write_text("<p>one</p>", encoding="utf-8")
    planned, _ = call(publish_pages, pages, "tester/board", dry_run=True)
    assert (planned.state, hub.repositories) == ("planned", {})
    done, said = call(publish_pages, pages, "tester/board")
    assert (done.state, done.new) == ("published", True), said
    space = hub.repositories["spaces", "tester/board"]
    assert space.sdk == "static"
    assert space.head.files.keys() - contents(pages).keys() == {"README.md", ".gitattributes"}
    metadata = yaml.safe_load(space.head.files["README.md"].decode().split("---\n")[1])
    assert (metadata["sdk"], metadata["app_file"]) == ("static", "index.html")
    again = call(publish_pages, pages, "tester/board")[0]
    assert (again.state, again.as_text().split(" in ")[0]) == (
        "unchanged",
        "the pages were there already, the very same,",
    )
    (pages / "صفحات" / "explorer.html").unlink()
    (pages / "index.html").write_text("<h1>جديد</h1>", encoding="utf-8")
    hub.fail("POST", "/commit/", "lost")
    assert call(publish_pages, pages, "tester/board")[0].state == "published"
    assert len(space.commits) == 3
    assert set(space.head.files) == {"index.html", "README.md", ".gitattributes"}


def test_pages_without_a_first_page_or_with_metadata_are_refused_and_a_readme_is_kept(
    hub: Hub, call: Call, tmp_path: Path
) -> None:
    done, said = call(publish_pages, tmp_path, "tester/board")
    assert (done, "holds no index.html" in said) == (None, True)
    (tmp_path / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "README.md").write_text("---\nsdk: docker\n---\n", encoding="utf-8")
    assert "a Space's is generated" in call(publish_pages, tmp_path, "tester/board")[1]
    assert hub.requests == []
    (tmp_path / "README.md").write_text("# لوحة\n", encoding="utf-8")
    assert call(publish_pages, tmp_path, "tester/board")[0].state == "published"
    readme = hub.repositories["spaces", "tester/board"].head.files["README.md"].decode()
    assert readme.endswith(
        "pinned: false\nshort_description: Systems scored on Khabar, Arabic news\n---\n\n# لوحة\n"
    )


def test_the_program_wants_one_place_and_a_name(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    assert ended(program(hub, tmp_path, repository))[0] == 2
    assert ended(program(hub, tmp_path, repository, NAME, "--to", tmp_path))[0] == 2
    for option in (("--release", releases["one"]), ("--partial",)):
        code, _, err = ended(program(hub, tmp_path, repository, NAME, "--board", tmp_path, *option))
        assert (code, "--board publishes pages" in err) == (2, True)
    for name in ("خبر/khabar", "khabar"):
        arguments = (name, "--release", releases["one"], "--partial")
        code, _, err = ended(program(hub, tmp_path, repository, *arguments))
        assert (code, "a repository is named OWNER/NAME" in err) == (2, True)
