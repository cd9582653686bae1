"""More access keys for one IAM user than there can be.

## What it finds

An IAM user with more than two access keys, active or not, which is the quota: the deployment fails. And, as low, a user
with two keys of which one cannot be replaced, since the new key is made before the old one is destroyed: a key with
`create_before_destroy` in Terraform, any key in CloudFormation.

## Why

A third key is refused with `LimitExceeded`, in the middle of a deployment: what was to be rotated stays as it is, and
somebody deletes a key by hand to go on, which may be the one in use.

## Fails

```terraform
resource "aws_iam_access_key" "ci" {
  count  = 3
  user   = "ci"
  status = count.index == 0 ? "Active" : "Inactive"
}
```

```yaml
Resources:
  Old:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ci
      Status: Inactive
  New:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ci
```

## Passes

```terraform
resource "aws_iam_access_key" "ci" {
  count  = 2
  user   = "ci"
  status = count.index == 0 ? "Active" : "Inactive"
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ci
```

## Remediation

Keep one key for each user, and a second one only while a rotation takes.

**Terraform**: remove the surplus `aws_iam_access_key`, or `create_before_destroy` where there are two.

**CloudFormation**: remove the inactive key from the stack before the `Serial` or `UserName` of the other is changed.

## References

- [IAM and AWS STS quotas: two access keys per user](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)
- [CloudFormation: updates by replacement](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html)
- [Terraform: create_before_destroy](https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#create_before_destroy)
- [NIST SP 800-53 r5, IA-5: authenticators are changed or refreshed, which needs room for a new one](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.telling import can
from iac_keycheck.judging.wording import keys_of, named, occurrence, places
from iac_keycheck.users.iam import Meeting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0005",
    name="access-key-quota",
    summary="IAM user with more access keys than the quota of two, counting replacements",
    severity=Severity.MEDIUM,
    frameworks={
        "nist-800-53-r5": ("IA-5",),
        "soc2": ("CC6.1",),
        "iso-27001-2022": ("A.5.17",),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each user who has too many keys, or no room to replace one."""
    for deployment in graph.deployments:
        too_many, unclear = graph.beyond_two_keys(deployment)
        for one in unclear:
            yield Undecided((META.id,), one.declaration.address, one.reason, one.declaration.span)
        for meeting in too_many:
            verb = can(meeting.answer.certainty, "has", "can have")
            message = f"{named(meeting.person)} {verb} {max(len(keys_of(meeting)), 3)} access keys; there can be two"
            yield _finding(deployment.name, meeting, Severity.MEDIUM, message)
        for meeting in graph.without_room_for_a_new_key(deployment):
            if meeting.person not in [other.person for other in too_many]:
                verb = can(meeting.answer.certainty, "has", "can have")
                message = (
                    f"{named(meeting.person)} {verb} two access keys, of which one cannot be replaced: "
                    "the new one would be made first, as a third"
                )
                yield _finding(deployment.name, meeting, Severity.LOW, message)


def _finding(deployment: str, meeting: Meeting, severity: Severity, message: str) -> Finding:
    keys = keys_of(meeting)
    surplus = keys[min(2, len(keys) - 1)]
    return Finding(
        rule=META,
        message=message,
        span=surplus.declaration.span,
        instances=(occurrence(meeting, severity),),
        deployment=deployment,
        related=places(meeting, surplus),
    )
