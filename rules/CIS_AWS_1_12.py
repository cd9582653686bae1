"""Credential unused for 45 days or more.

## What it finds

A console password or an active access key of an IAM user that nobody has used for 45 days or more, in a credential
report. It counts as the benchmark's audit does from the command line: from the last use, and where none is known
(`no_information`, `N/A`) from when the password was last changed or the key was made. Days are whole periods of 24
hours as of `--as-of`, or of when the report says that it was generated, or of now. The account's root user is left out.

Code does not show use, so there are no findings in code.

## Why

A credential that nobody uses is missed by nobody when it leaks: who left, which machine was turned off and which test
was forgotten all leave some behind. What is not used can be disabled without anybody noticing.

## Fails

```csv
user,password_enabled,password_last_used,password_last_changed,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date
alice,true,no_information,2020-02-03T08:00:00+00:00,false,N/A,N/A,false,N/A,N/A
deploy,false,N/A,N/A,true,2020-02-03T08:00:00+00:00,2021-03-04T16:21:00+00:00,false,N/A,N/A
```

## Passes

```csv
user,password_enabled,password_last_used,password_last_changed,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,access_key_2_active,access_key_2_last_rotated,access_key_2_last_used_date
alice,false,N/A,N/A,false,N/A,N/A,false,N/A,N/A
deploy,false,N/A,N/A,false,2020-02-03T08:00:00+00:00,2021-03-04T16:21:00+00:00,false,N/A,N/A
```

## Remediation

Disable the credential, wait until it is clear that nothing misses it, and remove it.

**Terraform**: set `status = "Inactive"` on the `aws_iam_access_key`, or remove the `aws_iam_user_login_profile`, and
apply.

**CloudFormation**: set `Status: Inactive` on the `AWS::IAM::AccessKey`, or remove `LoginProfile` from the
`AWS::IAM::User`, and update the stack.

**Console**: sign in and open IAM; choose *Users*, the user, *Security credentials*. For a password choose *Manage
console access*, *Disable*. For a key choose *Actions*, *Deactivate*, and *Delete* where it was never used. Repeat for
each user.

**Command line**:

```sh
aws iam delete-login-profile --user-name USER
aws iam update-access-key --access-key-id KEY_ID --status Inactive --user-name USER
aws iam delete-access-key --access-key-id KEY_ID --user-name USER
```

The report comes from `aws iam generate-credential-report` and
`aws iam get-credential-report --query Content --output text | base64 -d`.

## References

- CIS Amazon Web Services Foundations Benchmark: "Ensure credentials unused for 45 days or more are disabled"
- [Credential reports](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html)
- [Find unused credentials](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_finding-unused.html)
- [AWS Security Hub: IAM.22, and IAM.8 for NIST SP 800-53 and PCI DSS](https://docs.aws.amazon.com/securityhub/latest/userguide/iam-controls.html)
- [AICPA Trust Services Criteria CC6.2: access is removed when it is no longer required](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.18: access rights are reviewed and removed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.findings import Finding, Meta, Severity, Undecided
from iac_keycheck.judging.wording import named, of_credentials
from iac_keycheck.users.observed import USE, Credential, Untold, Unused, unused

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph
    from iac_keycheck.resource import Deployment

META = Meta(
    id="CIS_AWS_1_12",
    name="unused-credential",
    summary="Credential unused for 45 days or more",
    severity=Severity.LOW,
    aliases=("AVD-AWS-0166", "AWS-0166", "iam_user_accesskey_unused", "iam_user_console_access_unused", "IAM.22"),
    frameworks={
        "cis-aws-1.2.0": ("1.3",),
        "cis-aws-1.3.0": ("1.12",),
        "cis-aws-1.4.0": ("1.12",),
        "cis-aws-1.5.0": ("1.12",),
        "cis-aws-2.0.0": ("1.12",),
        "cis-aws-3.0.0": ("1.12",),
        "cis-aws-4.0.0": ("1.12",),
        "cis-aws-4.0.1": ("1.12",),
        "cis-aws-5.0.0": ("1.11",),
        "cis-aws-6.0.0": ("2.11",),
        "cis-aws-7.0.0": ("2.11",),
        "nist-800-53-r5": ("AC-2", "AC-2(1)", "AC-2(3)", "AC-3", "AC-3(7)", "AC-3(15)", "AC-6"),
        "pci-dss-4.0.1": ("8.2.6",),
        "soc2": ("CC6.2",),
        "iso-27001-2022": ("A.5.18",),
        "aws-security-hub": ("IAM.22", "IAM.8"),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each password and each active key that was not used for too long."""
    for deployment in graph.deployments:
        evidence = deployment.evidence
        if evidence.columns is None or evidence.header is None:
            # only a credential report tells of use
            continue
        reason = evidence.lacks(USE)
        if reason is not None:
            yield Undecided((META.id,), deployment.name, reason, evidence.header)
        for credential in evidence.credentials:
            if not credential.of_root:
                yield from _judged(graph, deployment, credential)


def _judged(graph: Graph, deployment: Deployment, credential: Credential) -> Iterator[Finding | Undecided]:
    match unused(credential, graph.now(deployment)):
        case Untold(reason):
            if reason:
                subject = credential.address or f"{credential.user}/password"
                yield Undecided((META.id,), subject, reason, credential.span)
        case Unused(days, ever) if days >= graph.limits.max_unused_days:
            person = graph.person(deployment, credential)
            how = f"was not used for {days} days" if ever else f"was never used in the {days} days since it was made"
            message = f"{credential.name} of {named(person)} {how}"
            yield of_credentials(META, message, person, (credential,), deployment)
        case Unused():
            return
