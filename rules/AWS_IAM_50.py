"""Access key not rotated every 45 days or less.

## What it finds

An active access key that is older than 45 days, in a credential report, a list of access keys, a Terraform plan or a
Terraform state. Days are whole periods of 24 hours as of `--as-of`, or of when a report says that it was generated, or
of now; a key of 45 days passes, one of 46 does not. A second key is judged as the first one is, and so are those of the
account's root user. A key that a plan replaces is not old.

In code, an active access key that is not replaced in time: through a `time_rotating` with a period of more than 45 days
or without one (low), by hand or by nothing (info). A clock counts where a value of it that changes reaches the key: its
`user` or `pgp_key`, or a resource that the key's `replace_triggered_by` names. Where such a rotation does not fire,
`IKC_AWS_0001` says so instead. An `awsutils_expiring_iam_access_key` is replaced after its own `max_age`; what takes
turns (`blue_uuid` and `green_uuid` of a `rotating_blue_green`, the two times of a `toggles_leapfrog`) does so at every
second end of the period.

## Why

The older a key, the more places it was copied to: laptops, pipelines, backups, a former employee's notes. Replacing it
ends all of that at once, and shows that it can be replaced quickly on the day it leaks.

## Fails

```csv
user,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated
deploy,true,2020-02-03T08:00:00+00:00,false,N/A
```

```terraform
resource "time_rotating" "quarterly" {
  rotation_days = 90
}

resource "terraform_data" "quarterly" {
  triggers_replace = time_rotating.quarterly.id
}

resource "aws_iam_access_key" "ci" {
  user = "ci"

  lifecycle {
    replace_triggered_by = [terraform_data.quarterly]
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

```csv
user,access_key_1_active,access_key_1_last_rotated,access_key_2_active,access_key_2_last_rotated
deploy,false,2020-02-03T08:00:00+00:00,false,N/A
```

## Remediation

Make a second key, change all that uses the first one, deactivate that, and delete it once nothing has missed it. Better
still, use a role, whose credentials expire by themselves.

**Terraform**: replace the key with `terraform apply -replace=ADDRESS`, or let a `time_rotating` replace it through
`lifecycle { replace_triggered_by = [...] }` and a resource between the two.

**CloudFormation**: raise `Serial` of the `AWS::IAM::AccessKey` and update the stack.

**Console**: sign in and open IAM; choose *Users*, the user, *Security credentials*; below *Access keys* choose *Create
access key*; once all that works does so with the new key, choose *Actions*, *Deactivate* for the old one, and later
*Delete*. Repeat for each user.

**Command line**:

```sh
aws iam create-access-key --user-name USER
aws iam get-access-key-last-used --access-key-id OLD_KEY_ID
aws iam update-access-key --access-key-id OLD_KEY_ID --status Inactive --user-name USER
aws iam delete-access-key --access-key-id OLD_KEY_ID --user-name USER
```

## References

- CIS Amazon Web Services Foundations Benchmark: "Ensure access keys are rotated every 90 days or less"
- [awsutils_expiring_iam_access_key](https://registry.terraform.io/providers/cloudposse/awsutils/latest/docs/resources/expiring_iam_access_key)
- [Update access keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/id-credentials-access-keys-update.html)
- [AWS Security Hub: IAM.3, also for NIST SP 800-53 and PCI DSS](https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html)
- [AICPA Trust Services Criteria CC6.1: credentials for infrastructure and software are managed](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.deciding.verdicts import Verdict
from iac_keycheck.facts import Pace, Rotation
from iac_keycheck.findings import Finding, Meta, Severity, Undecided, Worse
from iac_keycheck.judging.telling import about_keys, can, unclear, whose
from iac_keycheck.judging.wording import named, of_credentials
from iac_keycheck.users.observed import AGES, Credential, Untold, age

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph
    from iac_keycheck.resource import Deployment

META = Meta(
    id="AWS_IAM_50",
    name="access-key-not-rotated",
    summary="Access key not rotated every 45 days or less",
    severity=Severity.LOW,
    about_all_keys=True,
    aliases=("AVD-AWS-0146", "AWS-0146", "iam_rotate_access_key_90_days", "IAM.3"),
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
    """One finding for each active key that is too old, or that its code does not replace in time."""
    for deployment in graph.deployments:
        yield from _by_code(graph, deployment)
        yield from _by_evidence(graph, deployment)


def _by_code(graph: Graph, deployment: Deployment) -> Iterator[Finding | Undecided]:
    """What code tells of how keys are replaced; a rotation that does not fire is not this rule's."""
    days = graph.limits.max_age_days
    too_slow = graph.rotated(deployment, lambda one: _too_slow(one, days))
    slow = {case.declaration: (case, rotation) for case, rotation in too_slow}
    for case, rotation in graph.rotated(deployment, lambda one: _by_nothing(one) or _too_slow(one, days)):
        if not case.keys:
            yield unclear(META, case)
            continue
        worst = slow.get(case.declaration)
        severity, worse, how = Severity.INFO, None, rotation
        if worst is not None and worst[0].keys:
            if worst[0].certainty >= case.certainty:
                severity, case, how = META.severity, *worst  # noqa: PLW2901 — the graver of the two
            else:
                worse = Worse(META.severity, worst[0].certainty, worst[0].answer.witness)
        certainty = can(case.certainty, "", "possibly ")
        message = f"{whose(case)}: {certainty}{_how(how if worse is None else None, days)}"
        yield about_keys(META, deployment.name, case, severity, message, None, how.way, worse)


def _too_slow(rotation: Rotation, days: int) -> Verdict:
    match rotation.pace:
        case Pace.TIMED if rotation.period is not None:
            return rotation.period.longer_than(days)
        case pace:
            return pace is Pace.NO_PERIOD


def _by_nothing(rotation: Rotation) -> bool:
    return rotation.pace in (Pace.NONE, Pace.BY_HAND)


def _how(rotation: Rotation | None, days: int) -> str:
    if rotation is None:
        return f"it is not replaced every {days} days or less"
    if rotation.pace is Pace.TIMED:
        return f"it is replaced every {rotation.period}, not every {days} or less"
    return str(rotation.pace.value)


def _by_evidence(graph: Graph, deployment: Deployment) -> Iterator[Finding | Undecided]:
    """What is told of the ages of keys that exist."""
    evidence = deployment.evidence
    reason = evidence.lacks(AGES)
    if reason is not None and evidence.header is not None:
        yield Undecided((META.id,), deployment.name, reason, evidence.header)
    for credential in evidence.credentials:
        if credential.kind == "access key":
            yield from _aged(graph, deployment, credential)


def _aged(graph: Graph, deployment: Deployment, credential: Credential) -> Iterator[Finding | Undecided]:
    match age(credential, graph.now(deployment)):
        case Untold(reason):
            if reason:
                yield Undecided((META.id,), credential.address, reason, credential.span)
        case int(days) if days > graph.limits.max_age_days:
            person = graph.person(deployment, credential)
            message = f"{credential.name} of {named(person)} was not replaced for {days} days"
            yield of_credentials(META, message, person, (credential,), deployment)
        case _:
            return
