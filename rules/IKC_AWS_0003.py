"""Access key of the root user.

## What it finds

In a credential report: an active access key of the account's root user (high). In code, plans, states and lists of
keys: a key whose user is exactly `root` (low). That one belongs to an IAM user of that name, since no code can make
keys of the root user; whoever wrote it may not have known.

## Why

Keys of the root user can do everything in the account, close it included, and no policy can limit them. Whoever gets
hold of one owns the account.

## Fails

```csv
user,access_key_1_active,access_key_2_active
<root_account>,true,false
```

```terraform
resource "aws_iam_access_key" "root" {
  user = "root"
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: root
```

## Passes

```csv
user,access_key_1_active,access_key_2_active
<root_account>,false,false
```

```terraform
resource "aws_iam_access_key" "root" {
  user = "root-deployer"
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: root-deployer
```

## Remediation

Delete the keys of the root user; what needs them gets a role that may do what it has to do.

**Terraform** and **CloudFormation**: name the user for what it does, or remove the key. Keys of the root user cannot be
managed there.

**Console**: sign in as the root user; choose the account's name, *Security credentials*; below *Access keys* choose
*Actions*, *Deactivate*, and *Delete* once nothing has missed the key.

**Command line**, with the root user's own credentials:

```sh
aws iam list-access-keys
aws iam update-access-key --access-key-id KEY_ID --status Inactive
aws iam delete-access-key --access-key-id KEY_ID
```

## References

- CIS Amazon Web Services Foundations Benchmark: "Ensure no 'root' user account access key exists"
- [Root user best practices](https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html)
- [Delete access keys for the root user](https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user_manage_delete-key.html)
- [AWS Security Hub: IAM.4, also for NIST SP 800-53](https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html)
- [PCI DSS 4.0.1, 7.2.2 (least privilege) and 8.2.2 (no shared accounts)](https://www.pcisecuritystandards.org/document_library/)
- [AICPA Trust Services Criteria CC6.3: least privilege](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 8.2: privileged access rights are restricted](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.wording import keys_of, occurrence, of_credentials, places
from iac_keycheck.users.observed import KEYS_TOGETHER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph
    from iac_keycheck.resource import Deployment

META = Meta(
    id="IKC_AWS_0003",
    name="access-key-of-root",
    summary="Access key of the root user",
    severity=Severity.HIGH,
    aliases=("CKV_AWS_348", "AC_AWS_0132", "AVD-AWS-0141", "AWS-0141", "iam_no_root_access_key", "IAM.4"),
    frameworks={
        "cis-aws-1.2.0": ("1.12",),
        "cis-aws-1.3.0": ("1.4",),
        "cis-aws-1.4.0": ("1.4",),
        "cis-aws-1.5.0": ("1.4",),
        "cis-aws-2.0.0": ("1.4",),
        "cis-aws-3.0.0": ("1.4",),
        "cis-aws-4.0.0": ("1.4",),
        "cis-aws-4.0.1": ("1.4",),
        "cis-aws-5.0.0": ("1.3",),
        "cis-aws-6.0.0": ("2.3",),
        "cis-aws-7.0.0": ("2.4",),
        "nist-800-53-r5": ("AC-2(1)", "AC-3(7)", "AC-3(15)", "AC-6", "AC-6(2)", "AC-6(10)"),
        "pci-dss-4.0.1": ("7.2.2", "8.2.2"),
        "soc2": ("CC6.3",),
        "iso-27001-2022": ("A.8.2",),
        "aws-security-hub": ("IAM.4",),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each root user with active keys, and one for each key of an IAM user named root."""
    for deployment in graph.deployments:
        yield from _of_the_account(graph, deployment)
        for meeting in graph.keys_of_user(deployment, "root"):
            key = keys_of(meeting)[0]
            can = "can belong" if meeting.answer.certainty is Certainty.POSSIBLE else "belongs"
            message = f"{key.address} {can} to an IAM user named root, which is not the root user of the account"
            yield Finding(
                rule=META,
                message=message,
                span=key.declaration.span,
                instances=(occurrence(meeting, Severity.LOW),),
                deployment=deployment.name,
                related=places(meeting, key),
            )


def _of_the_account(graph: Graph, deployment: Deployment) -> Iterator[Finding | Undecided]:
    evidence = deployment.evidence
    reason = evidence.lacks(KEYS_TOGETHER)
    if reason is not None and evidence.header is not None:
        yield Undecided((META.id,), deployment.name, reason, evidence.header)
    keys = tuple(one for one in evidence.credentials if one.of_root and one.kind == "access key")
    if keys:
        have = f"{len(keys)} active access keys" if len(keys) > 1 else "an active access key"
        message = f"the root user of the account has {have}"
        yield of_credentials(META, message, graph.person(deployment, keys[0]), keys, deployment)
