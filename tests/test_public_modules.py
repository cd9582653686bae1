"""The sketches of public modules: all of them can be read, and a call finds the one that stands for its version."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from iac_keycheck.terraform import public_modules
from iac_keycheck.terraform.deployments import Modules
from iac_keycheck.terraform.public_modules import PREFIX
from iac_keycheck.terraform.public_modules.sketches import is_public, public_module
from iac_keycheck.terraform.public_modules.versions import allowed, version
from iac_keycheck.workspace import Workspace

SKETCHES: Final = Path(public_modules.__file__).parent
INDEX: Final[dict[str, list[dict[str, str]]]] = json.loads((SKETCHES / "index.json").read_text("utf-8"))
IAM_USER: Final = "terraform-aws-modules/iam/aws//modules/iam-user"


@pytest.mark.parametrize("path", sorted(SKETCHES.glob("*.tf")), ids=lambda path: path.stem)
def test_a_sketch_is_in_the_index_and_says_first_where_it_can_be_checked(path: Path) -> None:
    used = {row[word] for rows in INDEX.values() for row in rows for word in ("sketch", "with") if word in row}
    assert path.stem in used
    assert path.read_text("utf-8").startswith("# ")


@pytest.mark.parametrize("source", INDEX)
def test_the_sketches_of_a_module_can_be_parsed_and_follow_each_other(source: str) -> None:
    modules = Modules(Workspace(()))
    for row in INDEX[source]:
        directory = public_module(source, row["from"])
        assert directory == PREFIX + row["sketch"]
        module = modules.module(directory)
        for type_ in ("variable", "resource", "module", "output"):
            assert all(module.block(type_, *labels) for labels in module.labels(type_))
        assert not module.problems
    for row, after in pairwise(INDEX[source]):
        assert row["before"] == after["from"]


@pytest.mark.parametrize(
    ("source", "constraint", "sketch"),
    [
        (IAM_USER, None, "iam-user-v6"),
        (IAM_USER, "2.9.0", "iam-user-v2"),
        (IAM_USER, "~> 3.0", "iam-user-v2"),
        (IAM_USER, "v4.7.0", "iam-user-v4"),
        (IAM_USER, "~> 5.3.1", "iam-user-v4"),
        (IAM_USER, ">= 2.0, < 5.0", "iam-user-v4"),
        (IAM_USER, "< 4.0.0", "iam-user-v2"),
        (IAM_USER, "<= 4.0.0", "iam-user-v4"),
        (IAM_USER, "> 5.0, != 6.0.0", "iam-user-v6"),
        # without a second number there is no upper end
        (IAM_USER, "~> 4", "iam-user-v6"),
        (IAM_USER, "6.0.0-beta.1", "iam-user-v6"),
        (IAM_USER, "7.0.0", None),
        (IAM_USER, "newest", None),
        (f"registry.terraform.io/{IAM_USER}", "5.0.0", "iam-user-v4"),
        (f"tfr:///{IAM_USER}?version=5.41.0", None, "iam-user-v4"),
        (f"tfr://registry.opentofu.org/{IAM_USER}?version=2.0.0", None, "iam-user-v2"),
        ("github.com/terraform-aws-modules/terraform-aws-iam//modules/iam-user", None, "iam-user-v6"),
        ("git::https://github.com/cloudposse/terraform-aws-ses.git?ref=tags/0.6.0", None, "ses-v0.1"),
        ("git@github.com:cloudposse/terraform-null-label.git?ref=0.16.0", None, "null-label-v0.11"),
        ("git::ssh://git@github.com/cloudposse/terraform-aws-ses.git?depth=1&ref=main", None, "ses-v0.21"),
        ("git::https://github.com/cloudposse/terraform-aws-ses.git?ref=0123abcd", None, None),
        ("git::https://github.com/cloudposse/terraform-aws-ses.git?ref=0.12/master", None, None),
        ("git::https://example.com/cloudposse/terraform-aws-ses.git", None, None),
        ("terraform-aws-modules/iam/aws//modules/iam-policy", None, None),
        ("app.terraform.io/cloudposse/iam-user/aws", "0.8.0", None),
        ("./modules/iam-user", None, None),
    ],
)
def test_a_call_finds_the_sketch_of_its_version(source: str, constraint: str | None, sketch: str | None) -> None:
    assert public_module(source, constraint) == (None if sketch is None else PREFIX + sketch)
    assert is_public(source) or sketch is None


def test_among_several_versions_one_is_taken_that_has_the_arguments() -> None:
    older = public_module(IAM_USER, ">= 3.0", ("name", "iam_access_key_status", "tags"))
    neither = public_module(IAM_USER, ">= 3.0", ("name", "create_access_key", "create_iam_access_key"))
    assert (older, neither) == (f"{PREFIX}iam-user-v4", f"{PREFIX}iam-user-v6")


def test_a_constraint_that_cannot_be_read_allows_nothing() -> None:
    assert allowed("~> x") is None
    assert allowed("") is None
    assert version("1.2.3.4") is None
