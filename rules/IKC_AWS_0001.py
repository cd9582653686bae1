"""Rotation of an access key that does not fire.

## What it finds

An active access key that looks rotated and is not replaced when the period of its `time_rotating` ends:

- `replace_triggered_by` names the `time_rotating`, or an attribute of it, directly. When it expires, the provider
  forgets it, so that the plan creates it anew; a trigger fires on updates and replacements, not on that. So it is
  with a `rotating_blue_green`, which changes when it is read.
- A relay between the two is broken: it takes something that does not change (`rotation_days`), it ignores the change,
  or the trigger names its `id` though it is only updated.
- The trigger names something of a relay that stays: an argument that is the same before and after, the `output` of a
  `terraform_data` without `input`, or an entry of a map after a dot (`triggers.at` for `triggers["at"]`).
- `depends_on` is taken for a trigger; it only puts things in order.
- `prevent_destroy` on the key or the relay makes the replacement fail.

## Why

A rotation that is believed in is worse than none: nobody looks at the age of the key any more.

## Fails

```terraform
resource "time_rotating" "monthly" {
  rotation_days = 30
}

resource "aws_iam_access_key" "ci" {
  user = "ci"

  lifecycle {
    replace_triggered_by = [time_rotating.monthly.id]
  }
}
```

## Passes

```terraform
resource "time_rotating" "monthly" {
  rotation_days = 30
}

resource "terraform_data" "monthly" {
  triggers_replace = time_rotating.monthly.id
}

resource "aws_iam_access_key" "ci" {
  user = "ci"

  lifecycle {
    replace_triggered_by = [terraform_data.monthly]
  }
}
```

## Remediation

**Terraform**: put a `terraform_data` with `triggers_replace = time_rotating.NAME.id` between the two and name it in
`replace_triggered_by`; remove `ignore_changes` and `prevent_destroy` from what has to be replaced. Try it with a period
of a minute: after it, `terraform plan` must replace the key.

## References

- [Terraform: replace_triggered_by](https://developer.hashicorp.com/terraform/language/meta-arguments/lifecycle#replace_triggered_by)
- [time_rotating](https://registry.terraform.io/providers/hashicorp/time/latest/docs/resources/rotating)
- [terraform_data](https://developer.hashicorp.com/terraform/language/resources/terraform-data)
- [Manage access keys for IAM users](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html)
- CIS Amazon Web Services Foundations Benchmark: "Ensure access keys are rotated every 90 days or less"
- [AWS Security Hub: IAM.3, also for NIST SP 800-53 and PCI DSS](https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.facts import Pace
from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.telling import about_keys, can, unclear, whose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0001",
    name="dead-access-key-rotation",
    summary="rotation of an access key that does not fire",
    severity=Severity.MEDIUM,
    # a key with a rotation that does not fire is not one of `AWS_IAM_50`, and breaks the same controls
    frameworks={
        "cis-aws-1.2.0": ("1.4",),
        "cis-aws-1.3.0": ("1.14",),
        "cis-aws-1.4.0": ("1.14",),
        "cis-aws-1.5.0": ("1.14",),
        "cis-aws-2.0.0": ("1.14",),
        "cis-aws-3.0.0": ("1.14",),
        "cis-aws-4.0.0": ("1.14",),
        "cis-aws-4.0.1": ("1.14",),
        "cis-aws-5.0.0": ("1.13",),
        "cis-aws-6.0.0": ("2.13",),
        "cis-aws-7.0.0": ("2.12",),
        "nist-800-53-r5": ("AC-2(1)", "AC-2(3)", "AC-3(15)"),
        "pci-dss-4.0.1": ("8.3.9", "8.6.3"),
        "soc2": ("CC6.1",),
        "iso-27001-2022": ("A.5.17",),
        "aws-security-hub": ("IAM.3",),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each key whose rotation does not replace it."""
    for deployment in graph.deployments:
        for case, rotation in graph.rotated(deployment, lambda one: one.pace is Pace.DEAD):
            if not case.keys:
                yield unclear(META, case)
                continue
            verb = can(case.certainty, "is", "may be")
            message = f"{whose(case)} {verb} not replaced when its period ends: {rotation.why}"
            yield about_keys(META, deployment.name, case, META.severity, message, rotation.span, rotation.way)
