"""Access key written into code.

## What it finds

The id of a long-term access key (`AKIA…`), its secret, or both, written into code: providers, variables and their
files, parameters and their files, user data, environment variables, files that code reads. An id and its secret in one
place are one finding. Temporary credentials (`ASIA…` with a secret), the keys of AWS's documentation, placeholders and
providers and backends that talk to the same machine are none.

## Why

What is in code is in every checkout, every fork, every backup and the history for good. Keys that are published are
tried within minutes.

## Fails

```terraform
provider "aws" {
  region     = "eu-west-1"
  access_key = "AKIAZ7QK3LMN5P2RTUVW"
  secret_key = "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"
}
```

## Passes

```terraform
provider "aws" {
  region = "eu-west-1"

  assume_role {
    role_arn = "arn:aws:iam::123456789012:role/deploy"
  }
}
```

## Remediation

Take the key for published: make it inactive now, look in CloudTrail for what it was used for, delete it. Removing it
from the code alone leaves it in the history.

**Terraform**: leave `access_key` and `secret_key` out of the provider; let it take credentials from the environment, a
role or IAM Identity Center.

**CloudFormation**: use a role; where a key cannot be avoided, a dynamic reference to Secrets Manager.

**Command line**:

```sh
aws sts get-access-key-info --access-key-id KEY_ID
aws iam update-access-key --access-key-id KEY_ID --status Inactive --user-name USER
aws iam delete-access-key --access-key-id KEY_ID --user-name USER
```

## References

- [Unique identifiers of IAM: prefixes](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids)
- [Securing access keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/securing_access-keys.html)
- [Terraform: AWS provider, authentication](https://registry.terraform.io/providers/hashicorp/aws/latest/docs#authentication-and-configuration)
- [AWS Security Hub: CodeBuild.2](https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html) and [ECS.8](https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html):
  no credentials in environment variables
- [NIST SP 800-53 r5, IA-5(7): no embedded unencrypted static authenticators](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [PCI DSS 4.0.1, 8.6.2: no credentials of system accounts are hard-coded](https://www.pcisecuritystandards.org/document_library/)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity
from iac_keycheck.judging.telling import about_literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0004",
    name="hard-coded-access-key",
    summary="access key written into code",
    severity=Severity.HIGH,
    aliases=("CKV_AWS_41",),
    frameworks={
        "nist-800-53-r5": ("IA-5(7)",),
        "pci-dss-4.0.1": ("8.6.2",),
        "soc2": ("CC6.1",),
        "iso-27001-2022": ("A.5.17",),
        "aws-security-hub": ("CodeBuild.2", "ECS.8"),
    },
)


def check(graph: Graph) -> Iterator[Finding]:
    """One finding for each key in a file."""
    for literal in graph.literals():
        what = "the secret of an access key" if literal.shown is None else f"the access key {literal.shown}"
        with_secret = " with its secret" if literal.secret is not None else ""
        yield about_literal(META, literal, f"{what} is written into code{with_secret}")
