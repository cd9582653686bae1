"""Multiple active access keys for one IAM user.

## What it finds

An IAM user that has, or can have, more than one active access key. A key is active unless its status is `Inactive`.
Keys are brought together by the user that they belong to, however they name it: by reference, through locals, modules,
outputs and parameters, or by the same name. Conditions are judged together, so that two keys that never exist at the
same time are no finding, and two that can are one with the inputs that make it so.

## Why

An access key is a credential that never expires by itself. A second one doubles what can leak, hides which of them is
in use, and takes the place that a rotation needs: a user can have two keys at most, so with two active keys neither
can be replaced without an interruption. Two keys belong together only for as long as a rotation takes; say so with
`# iac-keycheck: rotating until=2026-12-01` on one of them.

## Fails

```terraform
resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "first" {
  user = aws_iam_user.ci.name
}

resource "aws_iam_access_key" "second" {
  user = aws_iam_user.ci.name
}
```

```yaml
Resources:
  User:
    Type: AWS::IAM::User
  First:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref User
  Second:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref User
```

## Passes

```terraform
resource "aws_iam_user" "ci" {
  name = "ci"
}

resource "aws_iam_access_key" "first" {
  user   = aws_iam_user.ci.name
  status = "Inactive"
}

resource "aws_iam_access_key" "second" {
  user = aws_iam_user.ci.name
}
```

```yaml
Resources:
  User:
    Type: AWS::IAM::User
  First:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref User
      Status: Inactive
  Second:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref User
```

## Remediation

Find out which key is in use, make the other one inactive, and delete it once nothing has missed it.

**Terraform**: set `status = "Inactive"` on the surplus `aws_iam_access_key` and apply; later remove the block.

**CloudFormation**: set `Status: Inactive` on the surplus `AWS::IAM::AccessKey` and update the stack; later remove the
resource.

**Console**: sign in and open IAM; choose *Users*, the user, *Security credentials*; below *Access keys*, look at *Last
used* to tell which key is in use, and test that all that works does so with the one to be kept; for the other choose
*Actions*, *Deactivate*, and confirm. Repeat for each user.

**Command line**:

```sh
aws iam list-access-keys --user-name USER
aws iam get-access-key-last-used --access-key-id KEY_ID
aws iam update-access-key --access-key-id KEY_ID --status Inactive --user-name USER
aws iam delete-access-key --access-key-id KEY_ID --user-name USER
```

## References

- CIS Amazon Web Services Foundations Benchmark: "Ensure there is only one active access key for any single IAM user"
- [Manage access keys for IAM users](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html)
- [Terraform: aws_iam_access_key](https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/iam_access_key)
- [CloudFormation: AWS::IAM::AccessKey](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-accesskey.html)
- [NIST SP 800-53 r5, IA-5: authenticators are managed, and revoked where they are no longer needed](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.wording import constructs, keys_of, named, occurrence, outside, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph
    from iac_keycheck.resource import Deployment
    from iac_keycheck.users.iam import Meeting, Unclear

META = Meta(
    id="AC_AWS_0554",
    name="multiple-active-access-keys",
    summary="IAM user with more than one active access key",
    severity=Severity.MEDIUM,
    about_all_keys=True,
    aliases=(
        "iam_user_two_active_access_key",
        "AVD-AWS-0167",
        "AWS-0167",
        "3561130e-9c5f-485b-9e16-2764c82763e5",
        "48677914-6fdf-40ec-80c4-2b0e94079f54",
    ),
    frameworks={
        "cis-aws-1.3.0": ("1.13",),
        "cis-aws-1.4.0": ("1.13",),
        "cis-aws-1.5.0": ("1.13",),
        "cis-aws-2.0.0": ("1.13",),
        "cis-aws-3.0.0": ("1.13",),
        "cis-aws-4.0.0": ("1.13",),
        "cis-aws-4.0.1": ("1.13",),
        "cis-aws-5.0.0": ("1.12",),
        "cis-aws-6.0.0": ("2.12",),
        "nist-800-53-r5": ("IA-5",),
        "soc2": ("CC6.1",),
        "iso-27001-2022": ("A.5.17",),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each user who has, or can have, more than one active access key."""
    for deployment in graph.deployments:
        for meeting in graph.keys_together(deployment):
            yield _finding(deployment, meeting)
        for unclear in graph.unclear_keys_together(deployment):
            yield _undecided(unclear)
    across = graph.keys_across()
    for deployment, meeting in across.meetings:
        yield _finding(deployment, meeting)
    yield from map(_undecided, across.unclear)


def _undecided(unclear: Unclear) -> Undecided:
    return Undecided((META.id,), unclear.declaration.address, unclear.reason, unclear.declaration.span)


def _finding(deployment: Deployment, meeting: Meeting) -> Finding:
    keys = keys_of(meeting)
    surplus = keys[1] if len(keys) > 1 else keys[0]
    can = "can have" if meeting.answer.certainty is Certainty.POSSIBLE else "has"
    more = f"{outside(meeting)}{constructs(keys)}"
    return Finding(
        rule=META,
        message=f"{named(meeting.person)} {can} {max(len(keys), 2)} active access keys{more}",
        span=surplus.declaration.span,
        instances=(occurrence(meeting, META.severity),),
        deployment=deployment.name,
        related=places(meeting, surplus),
    )
