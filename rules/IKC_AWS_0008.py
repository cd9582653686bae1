"""Access key made by a command.

## What it finds

An access key that no code declares, because a command makes it: `aws iam create-access-key` in a provisioner, in the
program of an `external` data source or in user data; a custom resource of CloudFormation that calls `createAccessKey`,
itself or through the function behind it. The command may stand in a local, in a file or template that is read, or in a
script of the scanned code that is run.

## Why

Nothing knows of the key: it is in no state and no stack, is never replaced, and stays when all else is destroyed. Its
secret passes through logs and shell history.

## Fails

```terraform
resource "terraform_data" "key" {
  provisioner "local-exec" {
    command = "aws iam create-access-key --user-name ci > key.json"
  }
}
```

```yaml
Resources:
  Machine:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: |
          #!/bin/sh
          aws iam create-access-key --user-name ci > /root/key.json
```

## Passes

```terraform
resource "terraform_data" "keys" {
  provisioner "local-exec" {
    command = "aws iam list-access-keys --user-name ci"
  }
}
```

```yaml
Resources:
  Machine:
    Type: AWS::EC2::Instance
    Properties:
      UserData:
        Fn::Base64: |
          #!/bin/sh
          aws iam list-access-keys --user-name ci
```

## Remediation

Give what runs there a role (an instance profile, a task role) and no key. Where a key cannot be avoided, declare it.

**Terraform**: an `aws_iam_access_key`, its secret in Secrets Manager.

**CloudFormation**: an `AWS::IAM::AccessKey`, its secret in `AWS::SecretsManager::Secret`.

## References

- [aws iam create-access-key](https://docs.aws.amazon.com/cli/latest/reference/iam/create-access-key.html)
- [Use roles for applications on instances](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_switch-role-ec2.html)
- [Provisioners are a last resort](https://developer.hashicorp.com/terraform/language/provisioners)
- [NIST SP 800-53 r5, IA-5: authenticators are managed, and their content is protected from disclosure](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [PCI DSS 4.0.1, 8.2.4: authentication factors are added, deleted and modified with approval alone](https://www.pcisecuritystandards.org/document_library/)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.telling import about_fact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0008",
    name="access-key-made-by-a-command",
    summary="access key made by a command",
    severity=Severity.MEDIUM,
    frameworks={
        "nist-800-53-r5": ("IA-5",),
        "pci-dss-4.0.1": ("8.2.4",),
        "soc2": ("CC6.1",),
        "iso-27001-2022": ("A.5.17",),
    },
    words=("create-access-key", "createAccessKey", "create_access_key", "CreateAccessKeyCommand"),
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each command that makes a key."""
    for deployment in graph.deployments:
        for claim in deployment.facts.commands():
            fact, answer = claim.fact, graph.decided(deployment, claim.fact)
            if answer[0].certainty is not None:
                yield about_fact(META, deployment.name, fact, answer, META.severity, claim.message)
            elif answer[0].reason is not None:
                yield Undecided((META.id,), fact.subject, answer[0].reason, fact.span)
