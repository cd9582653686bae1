"""Files of parameters: for which template they are, and what is told of those that fit none."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac_keycheck.choices import Choices
from iac_keycheck.scan import scan
from tests.cfn import deployments

TEMPLATE = """\
Parameters:
  Env: {Type: String, AllowedValues: [dev, prod]}
  Size: {Type: Number, Default: 1}
  Secret: {Type: String, NoEcho: true, Default: long-enough, MinLength: 8}
Resources:
  A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
"""
OTHER = """\
Parameters: {Cidr: {Type: String}, Env: {Type: String, AllowedValues: [blue, green]}}
Resources: {V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: !Ref Cidr}}}
"""
ONE = '[{"ParameterKey": "%s",\n"ParameterValue": "%s"}]'


@pytest.mark.parametrize(
    ("name", "text", "line", "message"),
    [
        # CloudFormation's CreateStack: "Parameters: [Stage] do not exist in the template"
        ("iam.parameters.json", ONE % ("Stage", "x"), 1, "iam.yaml has no parameter Stage"),
        ("iam-prod.params.yaml", "Env: prod\nSiez: 2", 2, "iam.yaml has no parameter Siez; did you mean Size?"),
        ("parameters/iam.json", ONE % ("Stage", "x"), 1, "iam.yaml has no parameter Stage"),
        # the same of a file for whatever lies beside it: it is a file for CloudFormation by its form, or says a name
        ("parameters.json", ONE % ("Stage", "x"), 1, "iam.yaml has no parameter Stage"),
        ("prod-stack-configuration.json", '{"Tags": {},\n"Parameters": {\n"X": "y"}}', 3, "no parameter X"),
        ("params.prod.json", '{"Env": "prod",\n"bucket": "b"}', 2, "iam.yaml has no parameter bucket"),
        # a file of this name that is none of CloudFormation's, as of Packer or of Azure
        ("params.json", '{"bucket": "b"}', 0, ""),
        ("parameters.json", '{"$schema": "x", "parameters": {"sku": {"value": "s"}}}', 0, ""),
        # one that may be for a template elsewhere, by its name
        ("network-parameters.json", ONE % ("Stage", "x"), 0, ""),
        ("network-parameters.json", "{", 0, ""),
        ("prod-parameters.json", ONE % ("Env", "prod"), 0, ""),
        # nothing is given, which is nothing wrong
        ("iam.parameters.json", "[]", 0, ""),
        # what fits
        ("iam.parameters.json", ONE % ("Env", "prod"), 0, ""),
        # CloudFormation: "Parameter 'Env' must be one of AllowedValues", "Parameter 'Size' must be a number"
        ("iam.parameters.json", ONE % ("Env", "test"), 2, "'test' is not among the values that the parameter Env"),
        ("parameters.json", ONE % ("Size", ""), 2, "'' is not among the values that the parameter Size allows"),
        ("iam.parameters.json", ONE % ("Secret", "short"), 2, "its value for the parameter Secret is not among"),
        # what cannot be read
        ("iam.parameters.json", '[\n{"ParameterKey" "Env"}]', 2, "cannot be read as JSON"),
        ("iam.parameters.yaml", "Env: {{ env }}\n", 1, "it is a Jinja template"),
        ("samconfig.toml", "[default\n", 1, "it cannot be read as TOML"),
    ],
)
def test_a_file_beside_a_template_that_does_not_fit_is_a_problem_at_its_line(  # noqa: PLR0913, PLR0917 — a table
    name: str, text: str, line: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = deployments({"iam.yaml": TEMPLATE, name: text}, directory=tmp_path)
    expected = [(name, line)] if line else []
    assert [(problem.span.path, problem.span.line) for problem in found.problems] == expected
    assert all(message in problem.message and not problem.relevant for problem in found.problems)
    assert bool(found.space.named) == ("prod" in text and not line)


@pytest.mark.parametrize(
    ("overrides", "line", "worlds"),
    [
        ("Env=prod", None, ["samconfig.toml (live)"]),
        # `sam deploy` leaves out what the template does not have: the rest is deployed
        ("Env=prod Stage=x", "has no parameter Stage", ["samconfig.toml (live)"]),
        ("Stage=x", "has no parameter Stage", []),
        ("Env=test", "'test' is not among", []),
    ],
)
def test_what_sam_deploys_with_is_for_the_template_that_it_names(
    overrides: str, line: str | None, worlds: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = f'[live.deploy.parameters]\ntemplate_file = "iam.yaml"\nparameter_overrides = "{overrides}"\n'
    files = {"iam.yaml": TEMPLATE, "network.yaml": OTHER, "samconfig.toml": config}
    (found,) = deployments(files, directory=tmp_path)
    assert [name for name, _ in found.space.named] == worlds
    assert [problem.span.line for problem in found.problems] == [3] * (line is not None)
    assert all(line in problem.message for problem in found.problems if line)


@pytest.mark.parametrize(
    "files",
    [
        # its names, and their values, are those of the other template
        {"parameters.json": ONE % ("Cidr", "10.0.0.0/8")},
        {"parameters.json": ONE % ("Env", "green")},
        {"parameters/all.json": '{"Parameters": {"Env": "blue", "Cidr": "10.0.0.0/8"}}'},
        # its name says so, whatever is wrong with it
        {"iam-network.parameters.json": ONE % ("Elsewhere", "x")},
        {"samconfig.toml": '[default.deploy.parameters]\ntemplate_file = "iam-network.yaml"\n'},
    ],
)
def test_a_file_of_another_template_is_nothing_wrong(
    files: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (found,) = deployments({"iam.yaml": TEMPLATE, "iam-network.yaml": OTHER, **files}, directory=tmp_path)
    assert not found.problems
    assert not found.space.named


def test_files_of_a_template_that_only_exports_something_are_not_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    network = OTHER + "Outputs: {Net: {Value: !Ref V, Export: {Name: net}}}\n"
    files = {
        "iam/iam.yaml": TEMPLATE + "  B: {Type: AWS::IAM::AccessKey, Properties: {UserName: !ImportValue ci}}\n",
        "network/network.yaml": network,
        "network/network.parameters.json": ONE % ("Stage", "x"),
    }
    (found,) = deployments(files, directory=tmp_path)
    assert not found.problems


def test_a_template_called_parameters_is_scanned_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alone it brings no template beside it into the scan, as a file of their parameters does."""
    monkeypatch.chdir(tmp_path)
    two = TEMPLATE + "  B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}\n"
    (tmp_path / "iam.yaml").write_text(two)
    (tmp_path / "parameters.yaml").write_text(two)
    report = scan(["parameters.yaml"])
    assert {finding.span.path for finding in report.findings} == {"parameters.yaml"}
    (tmp_path / "parameters.yaml").write_text("Env: prod\n")
    assert {finding.span.path for finding in scan(["parameters.yaml"]).findings} == {"iam.yaml"}


@pytest.mark.parametrize(
    ("world", "problems"),
    [
        ("prod.tfvars", []),
        ("prod.json", []),
        ("odd.json", [("odd.json", 1, "no scanned template has all the parameters that it gives a value: Stage")]),
    ],
)
def test_a_world_is_for_the_language_that_its_file_is_in(
    world: str, problems: list[object], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "iam.yaml").write_text(TEMPLATE)
    (tmp_path / "main.tf").write_text('variable "a" {}\nresource "aws_iam_access_key" "a" { user = var.a }\n')
    (tmp_path / "prod.tfvars").write_text('a = "x"\n')
    (tmp_path / "prod.json").write_text(ONE % ("Env", "prod"))
    (tmp_path / "odd.json").write_text(ONE % ("Stage", "prod"))
    report = scan(["."], Choices(worlds=(world,)))
    assert [(one.span.path, one.span.line, one.message) for one in report.problems] == problems
