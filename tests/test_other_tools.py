"""Keys that are made with tools that are not read are said where they are seen: forms of the tools' documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import scan

CDK = "with the AWS CDK, whose programs are not run: synthesize and scan cdk.out"
CDKTF = "with the CDK for Terraform, whose programs are not run: synthesize and scan cdktf.out"
PULUMI = "with Pulumi, whose programs are not run"


def told(folder: Path) -> dict[str, tuple[int, str]]:
    """What a scan leaves undecided: lines and reasons by file."""
    found = scan(folder).report["undecided"]
    assert all(one["rule_ids"] == ["AC_AWS_0554", "AWS_IAM_50", "CIS_AWS_1_11"] for one in found)
    return {
        one["location"]["path"]: (one["location"]["line"], one["reason"].removeprefix("it makes access keys "))
        for one in found
    }


@pytest.mark.parametrize(
    ("settings", "name", "text", "how"),
    [
        (
            "cdk.json",
            "a.ts",
            "import * as iam from 'aws-cdk-lib/aws-iam';\nnew iam.AccessKey(this, 'K', { user });\n",
            CDK,
        ),
        (
            "cdk.json",
            "a.js",
            "const iam = require('@aws-cdk/aws-iam');\nnew iam.CfnAccessKey(this, 'K', { userName });\n",
            CDK,
        ),
        (
            "cdk.json",
            "a.py",
            'from aws_cdk import aws_iam\nkey = aws_iam.CfnAccessKey(self, "K", user_name=name)\n',
            CDK,
        ),
        (
            "cdk.json",
            "A.java",
            'import software.amazon.awscdk.*;\nAccessKey.Builder.create(this, "K").user(user).build();\n',
            CDK,
        ),
        ("cdk.json", "A.cs", 'using Amazon.CDK.AWS.IAM;\nnew AccessKey(this, "K", props);\n', CDK),
        (
            "cdk.json",
            "a.go",
            'import "github.com/aws/aws-cdk-go/awscdk/v2/awsiam"\nawsiam.NewAccessKey(stack, jsii.String("K"), p)\n',
            CDK,
        ),
        (
            "serverless.ts",
            "a.ts",
            "export default {\n  Key: { Type: 'AWS::IAM::AccessKey', Properties: { UserName: 'ci' } },\n};\n",
            "in a template that a program gives, which is not run: scan what comes of it",
        ),
        (
            "cdktf.json",
            "a.ts",
            'import { IamAccessKey } from "@cdktf/provider-aws";\nnew IamAccessKey(this, "k", { user });\n',
            CDKTF,
        ),
        (
            "Pulumi.yaml",
            "a.ts",
            'import * as aws from "@pulumi/aws";\nnew aws.iam.AccessKey("k", { user: user.name });\n',
            PULUMI,
        ),
        ("Pulumi.yaml", "a.py", 'import pulumi_aws as aws\nkey = aws.iam.AccessKey("k", user=user.name)\n', PULUMI),
        (
            "Pulumi.yml",
            "a.go",
            'import "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"\niam.NewAccessKey(ctx, "k", &args)\n',
            PULUMI,
        ),
        (
            "sst.config.ts",
            "a.ts",
            '// of SST, which gives the name\nconst key = new aws.iam.AccessKey("k", { user: user.name });\n',
            PULUMI,
        ),
    ],
)
def test_a_program_that_makes_keys_is_told(tmp_path: Path, settings: str, name: str, text: str, how: str) -> None:
    (tmp_path / "app" / "lib").mkdir(parents=True)
    (tmp_path / "app" / settings).write_text("{}", "utf-8")
    (tmp_path / "app" / "lib" / name).write_text(text, "utf-8")
    # no settings of a tool at or above it
    (tmp_path / name).write_text(text, "utf-8")
    assert told(tmp_path) == {f"app/lib/{name}": (2, how)}


def test_a_program_that_is_named_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('from aws_cdk import aws_iam\naws_iam.AccessKey(self, "K", user=user)\n', "utf-8")
    (one,) = scan(tmp_path, paths=["a.py"]).report["undecided"]
    assert one["reason"].endswith(CDK)


def test_a_program_is_not_told_where_what_it_makes_is_scanned(tmp_path: Path) -> None:
    (tmp_path / "app" / "cdk.out").mkdir(parents=True)
    (tmp_path / "app" / "cdk.json").write_text("{}", "utf-8")
    (tmp_path / "app" / "a.py").write_text("from aws_cdk import aws_iam\naws_iam.AccessKey(self)\n", "utf-8")
    (tmp_path / "app" / "cdk.out" / "A.template.json").write_text(
        '{"Resources": {"A": {"Type": "AWS::IAM::User"}}}', "utf-8"
    )
    assert told(tmp_path) == {}


@pytest.mark.parametrize(
    "text",
    [
        "import * as iam from 'aws-cdk-lib/aws-iam';\n// new iam.AccessKey(this, 'K', { user });\n",
        "import { AccessKey } from 'aws-cdk-lib/aws-iam';\n",
        "import { AccessKey } from './mine';\nnew AccessKey('not of any tool');\n",
    ],
)
def test_a_program_that_makes_none_is_not_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "cdk.json").write_text("{}", "utf-8")
    (tmp_path / "a.ts").write_text(text, "utf-8")
    assert told(tmp_path) == {}


CROSSPLANE = "apiVersion: iam.aws.upbound.io/v1beta1\nkind: AccessKey\nmetadata:\n  name: ci\n"
COMPOSED = (
    "spec:\n  resources:\n    - base:\n        apiVersion: iam.aws.crossplane.io/v1beta1\n        kind: AccessKey\n"
)
TASK = "- hosts: all\n  tasks:\n    - name: key\n      {}\n        user_name: ci\n        state: present\n"


@pytest.mark.parametrize(
    ("text", "line", "tool"),
    [
        (CROSSPLANE, 2, "Crossplane"),
        (COMPOSED, 5, "Crossplane"),
        ("runtime: yaml\nresources:\n  key:\n    type: aws:iam:AccessKey\n", 4, "Pulumi"),
        ("runtime: yaml\nresources:\n  key:\n    type: aws:iam/accessKey:AccessKey\n", 4, "Pulumi"),
        (TASK.format("community.aws.iam_access_key:"), 4, "Ansible"),
        (TASK.format("amazon.aws.iam_access_key:"), 4, "Ansible"),
        (TASK.format("iam_access_key:"), 4, "Ansible"),
        ("- iam_access_key: user_name=ci\n", 1, "Ansible"),
        ("- iam:\n    iam_type: user\n    name: ci\n    access_key_state: create\n", 4, "Ansible"),
    ],
)
def test_a_document_that_makes_keys_is_told(tmp_path: Path, text: str, line: int, tool: str) -> None:
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    assert told(tmp_path) == {"a.yaml": (line, f"with {tool}, which is not read")}


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: garage.example.net/v1alpha1\nkind: AccessKey\n",
        "apiVersion: iam.aws.upbound.io/v1beta1\nkind: User\n# kind: AccessKey\n",
        TASK.format("community.aws.iam_access_key:").replace("present", "absent"),
        TASK.format("community.aws.iam_access_key:").replace(
            "state: present", "id: AKIAIOSFODNN7EXAMPLE\n        active: false"
        ),
        TASK.format("amazon.aws.iam_access_key_info:"),
        "- iam_access_key: user_name=ci state=absent\n",
        "# - iam_access_key: user_name=ci\n",
        "values:\n  iam_access_key: none\n  aws:\n    iam_access_key:\n      secret: some\n",
    ],
)
def test_a_document_that_makes_none_is_not_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    assert told(tmp_path) == {}


@pytest.mark.parametrize(
    "text",
    [
        "kind: x\n" + "\n" * (1 << 20) + "# AccessKey iam_access_key\n" + "  - iam_access_key:\n" * 50_000,
        "".join(f"{' ' * depth}iam_access_key:\n" for depth in range(2000)),
    ],
    ids=["many lines", "tasks in tasks"],
)
def test_documents_take_no_more_than_their_length(tmp_path: Path, text: str) -> None:
    """What grows with the square would not end in the time that a scan has here."""
    (tmp_path / "a.yaml").write_text(text, "utf-8")
    assert told(tmp_path) == {}


def test_a_line_of_too_many_comments_is_told(tmp_path: Path) -> None:
    """A program of one line, as bundlers write them: nobody looks at a million places, and none is passed over."""
    (tmp_path / "cdk.json").write_text("{}", "utf-8")
    (tmp_path / "a.js").write_text("// aws-cdk-lib " + " AccessKey(" * 1_000_000, "utf-8")
    assert told(tmp_path) == {"a.js": (1, CDK)}
