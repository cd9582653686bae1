"""Access key that outlives what declares it.

## What it finds

A key that stays active though nothing manages it any more: when it is replaced (`UpdateReplacePolicy: Retain`,
`lifecycle { destroy = false }`), medium; or when it is no longer declared (`DeletionPolicy: Retain`, a `removed` block
with `destroy = false`), low.

## Why

A key that was replaced was to be gone. One that stays is active, in no code, in nobody's list, and takes the place of
the next one.

## Fails

```terraform
removed {
  from = aws_iam_access_key.ci

  lifecycle {
    destroy = false
  }
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    UpdateReplacePolicy: Retain
    Properties:
      UserName: ci
      Serial: 2
```

## Passes

```terraform
removed {
  from = aws_iam_access_key.ci

  lifecycle {
    destroy = true
  }
}
```

```yaml
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    UpdateReplacePolicy: Delete
    Properties:
      UserName: ci
      Serial: 2
```

## Remediation

**Terraform**: remove `destroy = false`; what is to be kept for a while is made `Inactive` first.

**CloudFormation**: remove the policy, or set it to `Delete`.

**Command line**, for keys that have been left already:

```sh
aws iam list-access-keys --user-name USER
aws iam delete-access-key --access-key-id KEY_ID --user-name USER
```

## References

- [CloudFormation: UpdateReplacePolicy](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-updatereplacepolicy.html)
- [CloudFormation: DeletionPolicy](https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-attribute-deletionpolicy.html)
- [Terraform: removed](https://developer.hashicorp.com/terraform/language/block/removed)
- [NIST SP 800-53 r5, AC-2(3): accounts that are no longer needed are disabled; IA-5: authenticators are revoked](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [PCI DSS 4.0.1, 8.2.4: authentication factors are added, deleted and modified with approval alone](https://www.pcisecuritystandards.org/document_library/)
- [AICPA Trust Services Criteria CC6.2: access is removed when it is no longer required](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed; 5.18: access rights are removed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.telling import about_fact, about_keys, can, unclear, whose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0007",
    name="outliving-access-key",
    summary="access key that outlives its replacement or its code",
    severity=Severity.MEDIUM,
    frameworks={
        "nist-800-53-r5": ("AC-2(3)", "IA-5"),
        "pci-dss-4.0.1": ("8.2.4",),
        "soc2": ("CC6.2",),
        "iso-27001-2022": ("A.5.17", "A.5.18"),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each key that stays; when it is replaced is worse than when it is no longer declared."""
    for deployment in graph.deployments:
        replaced = set()
        for case, retention in graph.kept_keys(deployment, lambda one: one.kept_when_replaced):
            replaced.add(case.declaration)
            if not case.keys:
                yield unclear(META, case)
                continue
            message = (
                f"{whose(case)} {can(case.certainty, 'stays', 'may stay')} active when it is replaced: {retention.how}"
            )
            yield about_keys(META, deployment.name, case, META.severity, message, retention.span)
        for case, retention in graph.kept_keys(deployment, lambda one: one.kept_when_removed):
            if case.declaration not in replaced and case.keys:
                stays = can(case.certainty, "stays", "may stay")
                message = f"{whose(case)} {stays} active when the code forgets it: {retention.how}"
                yield about_keys(META, deployment.name, case, Severity.LOW, message, retention.span)
        for claim in deployment.facts.abandoned():
            answer = graph.decided(deployment, claim.fact)
            yield about_fact(META, deployment.name, claim.fact, answer, Severity.LOW, claim.message)
