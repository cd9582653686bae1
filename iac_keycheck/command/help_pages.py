"""What ``--help`` teaches beside the options: examples to copy, and exit codes."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

EXIT_CODES: Final = """\b
Exit codes:
  0  nothing reaches the gate
  1  a finding reaches it (--fail-on, --min-severity)
  2  misuse, or a file that matters could not be read; all else is reported
"""

PROGRAM: Final = f"""\b
Begin with:
  iac-keycheck scan               what is below this directory
  iac-keycheck scan main.tf       one file, judged with all that it is applied with
  iac-keycheck rules AC_AWS_0554  what a rule finds, why, and how to mend it
\b
Then:
  iac-keycheck baseline --update known.json   accept what there is, and from now on:
  iac-keycheck scan --baseline known.json     fail on what is new only
  iac-keycheck COMMAND --help                 more of each command, with examples

{EXIT_CODES}"""

SCAN: Final = f"""\b
Examples:
  iac-keycheck scan infra modules                        two directories
  iac-keycheck scan --strict                             fail on what is only possible, too
  iac-keycheck scan --var-file prod.tfvars               with the values of one environment
  iac-keycheck scan --input 'var.both=true'              replay what a finding says it depends on
  iac-keycheck scan --report sarif=out.sarif --report html=out.html
  iac-keycheck scan --changed-since origin/main          what a pull request touches
  iac-keycheck scan --diff | git apply                   mend what one small edit mends
  terraform show -json plan.out > plan.json && iac-keycheck scan . plan.json

{EXIT_CODES}
Options stand in the environment as well, as IAC_KEYCHECK_FAIL_ON=possible, and in .iac-keycheck.yaml.
"""

RULES: Final = """\b
Examples:
  iac-keycheck rules                            all rules, with their names in other tools
  iac-keycheck rules AVD-AWS-0167               one rule, by its id or any of its names
  iac-keycheck rules new ACME_0001 --kind yaml  make a rule of your own, with fixtures
  iac-keycheck rules test                       run the rules in ./rules on their fixtures; or one, by its id
"""

GRAPH: Final = """\b
Examples:
  iac-keycheck graph                                   users with their keys, as text
  iac-keycheck graph --format svg infra > keys.svg     a picture; mermaid and dot as well
  iac-keycheck graph --query '$..instances[*].address' what a JSONPath finds in the JSON form
"""

BASELINE: Final = """\b
Examples:
  iac-keycheck baseline --update known.json          accept all that is found now
  iac-keycheck baseline --update known.json infra    renew the part of one directory
  iac-keycheck scan --baseline known.json            fail on what is new only
"""
