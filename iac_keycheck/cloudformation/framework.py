"""Variables of the Serverless Framework (``${self:custom.name}``, ``${opt:stage, 'dev'}``) in its resources.

What its own file says is looked up; everything else is an input by its text, with the fallback as what is committed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from iac_keycheck.cloudformation.libyaml import MappingNode, ScalarNode
from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.cloudformation.texts import concat
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Input, Origin, Value
from iac_keycheck.expressions import expression

if TYPE_CHECKING:
    from iac_keycheck.cloudformation.libyaml import Node as Raw

DEEPEST = 8
"""Variables inside each other that are followed."""

_SOURCE = expression(r"(?!AWS::)[a-zA-Z][\w-]*(?:\([^()]*\))?(?::|$)")
_QUOTED = expression(r"""(['"])(.*)\1""")


def is_variable(name: str) -> bool:
    """Whether what stands in ``${…}`` is the framework's and not CloudFormation's."""
    return ("(" in name or ":" in name) and _SOURCE.match(name) is not None


def filled(written: str, scope: Scope, depth: int = 0) -> Value:
    """Text with the framework's variables filled in."""
    if "${" not in written:
        return written
    return concat(_parts(written, scope, depth))


def variable(name: str, scope: Scope, depth: int = 0) -> Value:
    """The value of one variable."""
    if depth > DEEPEST:
        return _input(name, scope, None)
    inner = filled(name, scope, depth + 1)
    if not isinstance(inner, str):
        return _input(name, scope, None)
    first, *fallbacks = (part.strip() for part in inner.split(","))
    literal = _QUOTED.fullmatch(first)
    if literal is not None:
        return literal[2]
    source, _, path = first.partition(":")
    if source == "self":
        found = _looked_up(scope.template.document.root, path)
        if found is not None:
            return filled(found, scope, depth + 1)
        return variable(", ".join(fallbacks), scope, depth + 1) if fallbacks else _input(first, scope, None)
    return _input(first, scope, variable(", ".join(fallbacks), scope, depth + 1) if fallbacks else None)


def _input(name: str, scope: Scope, fallback: Value) -> Value:
    shown = f"${{{name}}}"
    mentions = () if fallback is None else (fallback,)
    source = scope.shared.known(Input(shown, Origin.VARIABLE, STRING, mentions=mentions))
    if fallback is not None:
        scope.shared.committed.setdefault(shown, fallback)
    return scope.inputs.value(source)


def _parts(written: str, scope: Scope, depth: int) -> Iterator[Value]:
    at = 0
    while (start := written.find("${", at)) >= 0:
        end = _closing(written, start + 2)
        name = written[start + 2 : end]
        if is_variable(name):
            yield written[at:start]
            yield variable(name, scope, depth)
        else:
            yield written[at : end + 1]
        at = end + 1
    yield written[at:]


def _closing(written: str, start: int) -> int:
    """Where the brace that is open at ``start`` is closed; the end where it never is."""
    level = 1
    for at in range(start, len(written)):
        level += {"{": 1, "}": -1}.get(written[at], 0)
        if not level:
            return at
    return len(written)


def _looked_up(root: Raw, path: str) -> str | None:
    here = root
    for step in path.split(".") if path else ():
        fields = here.value if isinstance(here, MappingNode) else []
        values = [value for key, value in fields if isinstance(key, ScalarNode) and key.value == step]
        if not values:
            return None
        here = values[-1]
    return str(here.value) if isinstance(here, ScalarNode) else None
