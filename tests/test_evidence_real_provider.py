"""Plans and states of the real AWS provider, against moto, where a mirror of providers is at hand.

The mirror is a folder as `terraform providers mirror` makes it, unpacked: the one that the variable
``TERRAFORM_PROVIDER_MIRROR`` names, else the first that there is where Terraform and its packages keep such folders.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.running import scan

USUAL = (
    "~/.terraform.d/plugins",
    "/usr/local/share/terraform/plugins",
    "/usr/share/terraform/plugins",
    "/opt/tf-plugins",
)
AWS = "registry.terraform.io/hashicorp/aws"
MIRROR = os.environ.get("TERRAFORM_PROVIDER_MIRROR") or next(
    (folder for name in USUAL if Path(folder := os.path.expanduser(name), AWS).is_dir()),  # noqa: PTH111
    "",
)
PROVIDER = """
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "testing"
  secret_key                  = "testing"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true

  endpoints {
    iam = "%s"
    sts = "%s"
  }
}
"""
USER = 'resource "aws_iam_user" "ci" {\n  name = "ci"\n}\n'

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not MIRROR, reason="this machine has no mirror of providers"),
    pytest.mark.skipif(shutil.which("terraform") is None, reason="this machine lacks the program `terraform`"),
    pytest.mark.skipif(importlib.util.find_spec("flask") is None, reason="moto[server] is not installed"),
]


@pytest.fixture
def account() -> Iterator[str]:
    """The address of an account that moto plays."""
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 — may be missing

    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


def key(name: str, more: str = "") -> str:
    return f'\nresource "aws_iam_access_key" "{name}" {{\n  user = aws_iam_user.ci.id\n{more}}}\n'


def terraform(folder: Path, *arguments: str) -> str:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
    settings: Mapping[str, str] = {**environment, "TF_CLI_CONFIG_FILE": str(folder / ".terraformrc")}
    done = subprocess.run(
        ["terraform", *arguments], cwd=folder, env=settings, capture_output=True, text=True, check=False
    )
    assert not done.returncode, done.stdout + done.stderr
    return done.stdout


def shown(folder: Path, code: str, into: Path) -> Path:
    """The plan for the code, in a folder of its own."""
    (folder / "main.tf").write_text(code)
    terraform(folder, "plan", "-input=false", "-out=.plan")
    into.mkdir()
    (into / "plan.json").write_text(terraform(folder, "show", "-json", ".plan"))
    return into


def rules(folder: Path) -> list[tuple[str, int]]:
    report = scan(folder, ("--rule", "AC_AWS_0554", "--rule", "CIS_AWS_1_11")).report
    assert not report["problems"]
    assert not report["undecided"]
    return sorted((finding["rule_id"], len(finding["keys"])) for finding in report["findings"])


def test_plans_and_states_of_the_real_provider_are_read(tmp_path: Path, account: str) -> None:
    work = tmp_path / "work"
    work.mkdir()
    mirror = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{MIRROR}"\n  }}\n}}\n'
    (work / ".terraformrc").write_text(mirror)
    provider = PROVIDER % (account, account)
    two = provider + USER + key("a") + key("b", '  status = "Inactive"\n')
    (work / "main.tf").write_text(two)
    terraform(work, "init", "-input=false")
    assert rules(shown(work, provider + USER + key("a") + key("b"), tmp_path / "new")) == [
        ("AC_AWS_0554", 2),
        ("CIS_AWS_1_11", 2),
    ]
    (work / "main.tf").write_text(two)
    terraform(work, "apply", "-auto-approve", "-input=false")
    (tmp_path / "state").mkdir()
    (tmp_path / "state/terraform.tfstate").write_text((work / "terraform.tfstate").read_text())
    assert rules(tmp_path / "state") == []
    assert rules(shown(work, provider + USER + key("a") + key("b"), tmp_path / "on")) == [("AC_AWS_0554", 2)]
    assert rules(shown(work, provider + USER + key("a"), tmp_path / "deleted")) == []
    secret = json.loads((work / "terraform.tfstate").read_text())["resources"][0]["instances"][0]["attributes"][
        "secret"
    ]
    assert len(secret) > 20
    assert secret not in scan(tmp_path / "state").stdout
