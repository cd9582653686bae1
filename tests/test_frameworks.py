"""Frameworks: which control each rule speaks of, as the public documents number them, and choosing rules by them."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac_keycheck.choices import Choices
from iac_keycheck.judging.rule_files import load
from iac_keycheck.scan import scan
from tests.running import run

CIS_RULES = ("IKC_AWS_0003", "CIS_AWS_1_11", "CIS_AWS_1_12", "AC_AWS_0554", "AWS_IAM_50")
# The numbers of these five recommendations in each version of the CIS AWS Foundations Benchmark: no key of the root
# user, no key at set-up, credentials unused, one active key, keys rotated. For 1.2.0, 1.4.0, 3.0.0 and 5.0.0 those of
# the root user, of unused credentials and of rotation stand in AWS's documentation of Security Hub too.
CIS = {
    "1.2.0": ("1.12", "1.21", "1.3", None, "1.4"),
    "1.3.0": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "1.4.0": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "1.5.0": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "2.0.0": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "3.0.0": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "4.0.0": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "4.0.1": ("1.4", "1.11", "1.12", "1.13", "1.14"),
    "5.0.0": ("1.3", "1.10", "1.11", "1.12", "1.13"),
    "6.0.0": ("2.3", "2.10", "2.11", "2.12", "2.13"),
    "7.0.0": ("2.4", None, "2.11", None, "2.12"),
}
# What stands in a rule's references for each framework.
SOURCES = {
    "cis-aws": "CIS Amazon Web Services Foundations Benchmark",
    "nist-800-53-r5": "NIST S",
    "pci-dss-4.0.1": "PCI DSS",
    "soc2": "aicpa-cima.com",
    "iso-27001-2022": "iso.org/standard/27001",
    "aws-security-hub": "docs.aws.amazon.com/securityhub",
}
SLOW = """
resource "time_rotating" "r" {
  rotation_days = 90
}

resource "terraform_data" "r" {
  triggers_replace = time_rotating.r.id
}

resource "aws_iam_access_key" "slow" {
  user = "slow"
  lifecycle {
    replace_triggered_by = [terraform_data.r]
  }
}

resource "aws_iam_access_key" "dead" {
  user = "dead"
  lifecycle {
    replace_triggered_by = [time_rotating.r]
  }
}

output "secret" {
  value = nonsensitive(aws_iam_access_key.slow.secret)
}
"""


@pytest.mark.parametrize("version", CIS)
def test_the_numbers_of_the_benchmark_are_those_of_its_version(version: str) -> None:
    rules = {rule.meta.id: rule.meta.frameworks.get(f"cis-aws-{version}", ()) for rule in load()}
    expected = {rule: () if number is None else (number,) for rule, number in zip(CIS_RULES, CIS[version], strict=True)}
    # a rotation that does not fire is a key that is not rotated
    expected["IKC_AWS_0001"] = expected["AWS_IAM_50"]
    assert {rule: numbers for rule, numbers in rules.items() if numbers} == {
        rule: numbers for rule, numbers in expected.items() if numbers
    }


def test_every_rule_names_its_controls_and_where_they_are_from() -> None:
    for rule in load():
        assert {"nist-800-53-r5", "soc2", "iso-27001-2022"} <= set(rule.meta.frameworks), rule.meta.id
        references = rule.documentation.partition("## References")[2]
        for framework in rule.meta.frameworks:
            family = "cis-aws" if framework.startswith("cis-aws") else framework
            assert SOURCES[family] in references, (rule.meta.id, framework)


def test_security_hub_has_its_controls_with_the_rules_that_look_for_the_same() -> None:
    controls = {rule.meta.id: rule.meta.frameworks.get("aws-security-hub", ()) for rule in load()}
    assert {rule: found for rule, found in controls.items() if found} == {
        "AWS_IAM_50": ("IAM.3",),
        "CIS_AWS_1_12": ("IAM.22", "IAM.8"),
        "IKC_AWS_0001": ("IAM.3",),
        "IKC_AWS_0002": ("CodeBuild.2", "ECS.8"),
        "IKC_AWS_0003": ("IAM.4",),
        "IKC_AWS_0004": ("CodeBuild.2", "ECS.8"),
    }


@pytest.mark.parametrize(
    ("names", "frameworks"),
    [
        (("cis-aws-3.0",), ("cis-aws-3.0.0",)),
        (("CIS-AWS-3.0.0",), ("cis-aws-3.0.0",)),
        (("cis-aws-4.0",), ("cis-aws-4.0.0", "cis-aws-4.0.1")),
        (("cis-aws-1.2", "soc2"), ("cis-aws-1.2.0", "soc2")),
        (("pci-dss",), ("pci-dss-4.0.1",)),
        (("nist-800-53", "iso-27001", "aws-security-hub"), ("nist-800-53-r5", "iso-27001-2022", "aws-security-hub")),
    ],
)
def test_a_framework_chooses_the_rules_with_its_controls(
    tmp_path: Path, names: tuple[str, ...], frameworks: tuple[str, ...]
) -> None:
    report = scan([tmp_path], Choices(frameworks=names))
    assert report.frameworks == frameworks
    assert {rule.meta.id for rule in report.rules} == {
        rule.meta.id for rule in load() if set(frameworks) & set(rule.meta.frameworks)
    }


def test_a_framework_and_a_rule_are_both_run(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SLOW)
    options = ("scan", "--format", "json", "--framework", "cis-aws-3.0")
    alone = run(*options, ".", cwd=tmp_path).stdout
    both = run(*options, "--rule", "IKC_AWS_0002", ".", cwd=tmp_path).stdout
    assert '"AWS_IAM_50"' in alone
    assert '"IKC_AWS_0001"' in alone
    assert '"IKC_AWS_0002"' not in alone
    assert '"IKC_AWS_0002"' in both


def test_a_control_that_two_rules_speak_of_names_both(tmp_path: Path) -> None:
    report = scan([tmp_path], Choices(rules=("CIS_AWS_v3.0.0_1.14",)))
    assert [rule.meta.id for rule in report.rules] == ["AWS_IAM_50", "IKC_AWS_0001"]


@pytest.mark.parametrize(
    ("name", "said"),
    [("cis-aws-3.0.1", "Did you mean cis-aws-"), ("hipaa", "There are: aws-security-hub, cis-aws-1.2.0")],
)
def test_a_framework_that_no_rule_speaks_of_is_refused(tmp_path: Path, name: str, said: str) -> None:
    result = run("scan", "--framework", name, ".", cwd=tmp_path)
    assert result.exit_code == 2
    assert f"No rule speaks of a framework '{name}'." in result.stderr
    assert said in " ".join(result.stderr.split())
