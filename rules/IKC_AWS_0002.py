"""Secret of an access key where others can read it.

## What it finds

The secret of an access key (`secret`, `ses_smtp_password_v4`, `SecretAccessKey`, the whole key object) that ends in a
place that is not made for secrets: an output of a CloudFormation stack; a root output of Terraform through
`nonsensitive()`; user data, environment variables, `String` parameters of Systems Manager, files, objects in a bucket,
tags, metadata, commands of provisioners, template parameters without `NoEcho`. The secret is followed through locals,
modules, templates, collections and encodings, and the finding shows the way. A root output that only lacks `sensitive`
is graded low, since Terraform refuses it.

Secrets Manager, `SecureString`, Vault, Kubernetes and CI secrets and write-only arguments are made for it and no
finding, nor is a hash of the secret, an encrypted secret (`pgp_key`), or an output of a module that is called.

## Why

Whoever can describe the instance, the function or the stack, or read the file, holds the key, for as long as it is
active, and nothing tells that it was read.

## Fails

```terraform
resource "aws_iam_access_key" "ci" {
  user = "ci"
}

resource "aws_ssm_parameter" "ci" {
  name  = "/ci/secret"
  type  = "String"
  value = aws_iam_access_key.ci.secret
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ci
Outputs:
  Secret:
    Value: !GetAtt Key.SecretAccessKey
```

## Passes

```terraform
resource "aws_iam_access_key" "ci" {
  user = "ci"
}

resource "aws_ssm_parameter" "ci" {
  name  = "/ci/secret"
  type  = "SecureString"
  value = aws_iam_access_key.ci.secret
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: ci
  Secret:
    Type: AWS::SecretsManager::Secret
    Properties:
      SecretString: !GetAtt Key.SecretAccessKey
```

## Remediation

Put the secret where secrets are kept and let what needs it read it there; then replace the key, since it has been
readable.

**Terraform**: write the secret to `aws_secretsmanager_secret_version` or an `aws_ssm_parameter` of type
`SecureString`, or give the key a `pgp_key`; remove `nonsensitive()` from outputs.

**CloudFormation**: remove the output; write `!GetAtt Key.SecretAccessKey` into an `AWS::SecretsManager::Secret`, and
let others use a dynamic reference (`{{resolve:secretsmanager:…}}`).

## References

- [Manage access keys for IAM users](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html)
- [CloudFormation: AWS::IAM::AccessKey](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-iam-accesskey.html)
- [CloudFormation: do not embed credentials](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/security-best-practices.html)
- [AWS Security Hub: CodeBuild.2](https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html) and [ECS.8](https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html):
  no credentials in environment variables
- [Terraform: sensitive data in configuration](https://developer.hashicorp.com/terraform/language/manage-sensitive-data)
- [NIST SP 800-53 r5, IA-5(7): no embedded unencrypted static authenticators](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [PCI DSS 4.0.1, 8.3.2: authentication factors are unreadable in storage; 8.6.2: none is hard-coded](https://www.pcisecuritystandards.org/document_library/)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.telling import about_fact, can

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0002",
    name="exposed-secret-access-key",
    summary="secret of an access key where others can read it",
    severity=Severity.HIGH,
    frameworks={
        "nist-800-53-r5": ("IA-5(7)",),
        "pci-dss-4.0.1": ("8.3.2", "8.6.2"),
        "soc2": ("CC6.1",),
        "iso-27001-2022": ("A.5.17",),
        "aws-security-hub": ("CodeBuild.2", "ECS.8"),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each place in which the secret of a key ends in clear."""
    for deployment in graph.deployments:
        for exposure in deployment.facts.exposures():
            fact = exposure.fact
            answer, keys = graph.exposed(deployment, exposure)
            if answer[0].certainty is None:
                if answer[0].reason is not None:
                    yield Undecided((META.id,), fact.subject, answer[0].reason, fact.span)
                continue
            whose = " and ".join(address for address, _ in keys) or "an access key"
            is_in = can(answer[0].certainty, "is", "can be")
            lacks = ", which is not sensitive" if exposure.unmarked else ""
            yield about_fact(
                META,
                deployment.name,
                fact,
                answer,
                Severity.LOW if exposure.unmarked else META.severity,
                f"the secret of {whose} {is_in} in {exposure.sink}{lacks}",
                keys,
            )
