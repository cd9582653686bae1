"""What `make demo` shows: the findings in the examples, as their README describes them."""

from __future__ import annotations

from tests.conftest import PROJECT
from tests.running import scan


def test_the_examples_show_one_finding_of_each_certainty() -> None:
    run = scan(PROJECT, paths=("examples",))
    found = {
        (finding["location"]["path"].removeprefix("examples/"), finding["user"]["name"], finding["certainty"])
        for finding in run.report["findings"]
        if finding["rule_id"] == "AC_AWS_0554"
    }
    assert found == {
        ("cloudformation/uploader.yaml", "partner-upload-prod", "possible"),
        ("terraform/machines/extra.tf", "ci-backup", "always"),
        ("terraform/machine-user/main.tf", "ci-deploy", "default"),
    }
    assert run.exit_code == 1


def test_the_examples_show_a_person_whose_key_was_set_up_with_a_console_login() -> None:
    findings = scan(PROJECT, paths=("examples",)).report["findings"]
    medium = [one for one in findings if one["rule_id"] == "CIS_AWS_1_11" and one["severity"] == "medium"]
    assert [(one["location"]["path"], one["user"]["name"]) for one in medium] == [
        ("examples/terraform/people/main.tf", "alice")
    ]


def test_the_clean_example_passes_with_nothing_but_information() -> None:
    run = scan(PROJECT, paths=("examples/terraform/clean",))
    assert [one for one in run.report["findings"] if one["severity"] != "info"] == []
    assert run.exit_code == 0


def test_every_folder_of_the_examples_is_described() -> None:
    text = (PROJECT / "examples/README.md").read_text("utf-8")
    files = [path for path in (PROJECT / "examples").rglob("*") if path.suffix in (".tf", ".yaml")]
    folders = {path.parent.relative_to(PROJECT / "examples") for path in files}
    assert all(f"`{folder.as_posix()}`" in text for folder in folders)
