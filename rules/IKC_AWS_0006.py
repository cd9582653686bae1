"""Guard of access keys that guards nothing.

## What it finds

- A policy with a condition on `iam:AccessKeysCount`, a condition key that does not exist. A statement with a positive
  operator on it never applies; with `...IfExists`, a negated operator or `Null` it always does. The finding says which.
- A rule of AWS Config, also one of an organization or a conformance pack, whose limit lies above 45 days or is not
  given, which means 90: `ACCESS_KEYS_ROTATED` (`maxAccessKeyAge`), `IAM_USER_UNUSED_CREDENTIALS_CHECK`
  (`maxCredentialUsageAge`).

## Why

A guard that is believed in keeps people from looking.

## Fails

```terraform
data "aws_iam_policy_document" "one_key" {
  statement {
    effect    = "Deny"
    actions   = ["iam:CreateAccessKey"]
    resources = ["*"]

    condition {
      test     = "NumericGreaterThanEquals"
      variable = "iam:AccessKeysCount"
      values   = ["1"]
    }
  }
}
```

```yaml
Resources:
  Rotated:
    Type: AWS::Config::ConfigRule
    Properties:
      Source:
        Owner: AWS
        SourceIdentifier: ACCESS_KEYS_ROTATED
      InputParameters:
        maxAccessKeyAge: 90
```

## Passes

```terraform
resource "aws_config_config_rule" "rotated" {
  name             = "rotated"
  input_parameters = jsonencode({ maxAccessKeyAge = "45" })

  source {
    owner             = "AWS"
    source_identifier = "ACCESS_KEYS_ROTATED"
  }
}
```

```yaml
Resources:
  Rotated:
    Type: AWS::Config::ConfigRule
    Properties:
      Source:
        Owner: AWS
        SourceIdentifier: ACCESS_KEYS_ROTATED
      InputParameters:
        maxAccessKeyAge: 45
```

## Remediation

No condition key counts keys. Deny `iam:CreateAccessKey` to all but those who rotate keys, and let the quota of two and
this scanner do the rest. Give the rules of AWS Config a limit of 45 days or less.

## References

- [Actions, resources and condition keys for IAM](https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html)
- [Condition operators](https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html)
- [AWS Config: access-keys-rotated](https://docs.aws.amazon.com/config/latest/developerguide/access-keys-rotated.html)
- [AWS Config: iam-user-unused-credentials-check](https://docs.aws.amazon.com/config/latest/developerguide/iam-user-unused-credentials-check.html)
- [NIST SP 800-53 r5, CA-7: controls are monitored for their effectiveness](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [AICPA Trust Services Criteria CC4.1: evaluations tell whether controls are present and functioning](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 8.9: security configurations are monitored and reviewed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.telling import about_fact

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0006",
    name="guard-that-guards-nothing",
    summary="guard of access keys that guards nothing",
    severity=Severity.LOW,
    frameworks={
        "nist-800-53-r5": ("CA-7",),
        "soc2": ("CC4.1",),
        "iso-27001-2022": ("A.8.9",),
    },
    words=(
        "iam:AccessKeysCount",
        "iam:accessKeysCount",
        "iam:accesskeyscount",
        "ACCESS_KEYS_ROTATED",
        "IAM_USER_UNUSED_CREDENTIALS_CHECK",
    ),
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each guard that guards nothing."""
    for deployment in graph.deployments:
        for claim in deployment.facts.guards():
            fact, answer = claim.fact, graph.decided(deployment, claim.fact)
            if answer[0].certainty is not None:
                yield about_fact(META, deployment.name, fact, answer, META.severity, claim.message)
            elif answer[0].reason is not None:
                yield Undecided((META.id,), fact.subject, answer[0].reason, fact.span)
