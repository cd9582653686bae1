"""Access key set up together with its IAM user.

## What it finds

An IAM user that is declared in one deployment together with an active access key of it, so that both are created at
once. It is graver (medium) where the user has a console login as well, else low. Users that are imported, and keys that
can never be active, do not count.

## Why

A key that comes with the user is there whether anybody asked for it or not. A key that is requested in a step of its
own shows that it is needed, by whom and from when on. Somebody who logs in to the console rarely needs a key at all,
and one that nobody uses is missed by nobody when it leaks.

## Fails

```terraform
resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_user_login_profile" "alice" {
  user = aws_iam_user.alice.name
}

resource "aws_iam_access_key" "alice" {
  user = aws_iam_user.alice.name
}
```

```yaml
Resources:
  Robot:
    Type: AWS::IAM::User
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref Robot
```

## Passes

```terraform
resource "aws_iam_user" "alice" {
  name = "alice"
}

resource "aws_iam_user_login_profile" "alice" {
  user = aws_iam_user.alice.name
}
```

```yaml
Parameters:
  ExistingUser:
    Type: String
Resources:
  Key:
    Type: AWS::IAM::AccessKey
    Properties:
      UserName: !Ref ExistingUser
```

## Remediation

Remove the key from where the user is set up. Let whoever needs one ask for it, or make it, in a step of its own; for
people use IAM Identity Center and for machines a role, which need no access key.

**Terraform**: remove the `aws_iam_access_key`, or declare it in a deployment of its own that names the user. Where it
is in use already and stays, write `# iac-keycheck: ignore[CIS_AWS_1_11]` with the reason on it.

**CloudFormation**: remove the `AWS::IAM::AccessKey` from the stack that creates the user.

**Console**: sign in and open IAM; choose *Users*, the user, *Security credentials*; below *Access keys*, a key that was
created together with the user and never used: choose *Actions*, *Deactivate*, then *Delete*. Repeat for each user.

**Command line**:

```sh
aws iam get-access-key-last-used --access-key-id KEY_ID
aws iam update-access-key --access-key-id KEY_ID --status Inactive --user-name USER
aws iam delete-access-key --access-key-id KEY_ID --user-name USER
```

## References

- CIS Amazon Web Services Foundations Benchmark: "Do not create access keys during initial setup for IAM users with a
  console password"
- [Manage access keys for IAM users](https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html)
- [Alternatives to long-term access keys](https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html)
- [NIST SP 800-53 r5, IA-5: authenticators are distributed by a procedure](https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final)
- [PCI DSS 4.0.1, 8.2.4: authentication factors are added, deleted and modified with approval alone](https://www.pcisecuritystandards.org/document_library/)
- [AICPA Trust Services Criteria CC6.2: credentials are issued when they are authorized](https://www.aicpa-cima.com/resources/download/2017-trust-services-criteria-with-revised-points-of-focus-2022)
- [ISO/IEC 27001:2022, Annex A 5.17: authentication information is managed](https://www.iso.org/standard/27001)
"""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Finding, Meta, Severity, Undecided, Worse
from iac_keycheck.judging.wording import constructs, keys_of, named, occurrence, places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.graph import Graph

META = Meta(
    id="CIS_AWS_1_11",
    name="access-key-at-user-setup",
    summary="IAM user set up together with an access key",
    severity=Severity.MEDIUM,
    about_all_keys=True,
    aliases=("iam_user_no_setup_initial_access_key", "D9.AWS.IAM.79"),
    frameworks={
        "cis-aws-1.2.0": ("1.21",),
        "cis-aws-1.3.0": ("1.11",),
        "cis-aws-1.4.0": ("1.11",),
        "cis-aws-1.5.0": ("1.11",),
        "cis-aws-2.0.0": ("1.11",),
        "cis-aws-3.0.0": ("1.11",),
        "cis-aws-4.0.0": ("1.11",),
        "cis-aws-4.0.1": ("1.11",),
        "cis-aws-5.0.0": ("1.10",),
        "cis-aws-6.0.0": ("2.10",),
        "nist-800-53-r5": ("IA-5",),
        "pci-dss-4.0.1": ("8.2.4",),
        "soc2": ("CC6.2",),
        "iso-27001-2022": ("A.5.17",),
    },
)


def check(graph: Graph) -> Iterator[Finding | Undecided]:
    """One finding for each user who is declared beside an access key; worse with a console login."""
    for deployment in graph.deployments:
        console = {meeting.person: meeting for meeting in graph.console_users_with_keys(deployment)}
        for meeting in graph.users_with_keys(deployment):
            logs_in = console.get(meeting.person)
            certainty = meeting.answer.certainty or Certainty.POSSIBLE
            severity, worse, what = Severity.LOW, None, "is set up together with an access key"
            if logs_in is not None and logs_in.answer.certainty is not None:
                if logs_in.answer.certainty >= certainty:
                    severity, what = META.severity, "is set up together with an access key and a console login"
                else:
                    worse = Worse(META.severity, logs_in.answer.certainty, logs_in.answer.witness)
            key = keys_of(meeting)[0]
            can = "can be" if certainty is Certainty.POSSIBLE else "is"
            yield Finding(
                rule=META,
                message=f"{named(meeting.person)} {what.replace('is', can, 1)}{constructs((key,))}",
                span=key.declaration.span,
                instances=(occurrence(meeting, severity, worse),),
                deployment=deployment.name,
                related=places(meeting, key),
            )
        for unclear in graph.unclear_users_with_keys(deployment):
            yield Undecided((META.id,), unclear.declaration.address, unclear.reason, unclear.declaration.span)
