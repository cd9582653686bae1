"""Rotation of an access key that does not fire.

## What it finds

An active access key that looks rotated and is not replaced when the period of its `time_rotating` ends:

- `replace_triggered_by` names the `time_rotating`, or an attribute of it, directly. When it expires, the provider
  forgets it, so that the plan creates it anew; a trigger fires on updates and replacements, not on that.
- A relay between the two is broken: it takes something that does not change (`rotation_days`), it ignores the change,
  or the trigger names its `id` though it is only updated.
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
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iac_keycheck.facts import Pace
from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.telling import about_keys, can, unclear, whose

if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="IKC_AWS_0001",
    name="dead-access-key-rotation",
    summary="rotation of an access key that does not fire",
    severity=Severity.MEDIUM,
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
