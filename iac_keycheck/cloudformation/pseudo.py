"""Pseudo parameters: what they look like, and values that they may have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL
from iac_keycheck.deciding.values import Sample, Value
from iac_keycheck.deciding.verdicts import Constraint
from iac_keycheck.expressions import expression

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re

    from iac_keycheck.cloudformation.scope import Scope

SHARED: Mapping[str, tuple[Value, ...]] = {
    "AWS::AccountId": (Sample("123456789012"), Sample("210987654321")),
    "AWS::Partition": (Sample("aws"), Sample("aws-cn"), Sample("aws-us-gov")),
    "AWS::Region": tuple(
        map(
            Sample,
            (
                *("us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-2"),
                *("ca-central-1", "sa-east-1", "af-south-1", "me-south-1", "cn-north-1", "us-gov-west-1"),
            ),
        )
    ),
    "AWS::URLSuffix": (Sample("amazonaws.com"), Sample("amazonaws.com.cn")),
}
"""Pseudo parameters that all stacks of a deployment share, with values that they may have."""

_FORMS: Mapping[str, re.Pattern[str]] = {
    "AWS::AccountId": expression(r"\d{12}"),
    "AWS::Partition": expression(r"aws(-[a-z]+)*"),
    "AWS::Region": expression(r"[a-z]{2}(-[a-z]+)+-\d+"),
    "AWS::URLSuffix": expression(r"[a-z]+(\.[a-z]+)+"),
}


def looks(scope: Scope) -> Iterator[Constraint]:
    """The forms that the pseudo parameters have of which a template speaks."""
    for name in _FORMS:
        if name in scope.template.text and name not in scope.known:
            yield Constraint(name, partial(_looks_like_it, name, scope))


def _looks_like_it(name: str, scope: Scope) -> Value:
    value = scope.pseudo(name)
    if isinstance(value, str):
        return _FORMS[name].fullmatch(value) is not None
    return terms.apply("pseudo parameter", (value,), BOOL, not_null=True)
