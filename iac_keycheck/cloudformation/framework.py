"""Variables of the Serverless Framework (``${self:custom.name}``, ``${opt:stage, 'dev'}``) in its resources.

What its own file says is looked up; everything else is an input by its text, with the fallback as what is committed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from iac_keycheck.cloudformation.scope import Scope
from iac_keycheck.cloudformation.texts import among, concat
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.terms import text_parts
from iac_keycheck.deciding.values import Apply, Input, Leaf, Origin, Refused, Unknown, Value
from iac_keycheck.expressions import expression
from iac_keycheck.libyaml import MappingNode, ScalarNode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.libyaml import Node as Raw

DEEPEST = 8
"""Variables inside each other that are followed."""

STAGE = ("sls:stage", "opt:stage, self:provider.stage, 'dev'")
"""The variable for the stage, and where the framework takes it from."""

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
        return scope.opaque(f"${{{name}}}", f"more than {DEEPEST} variables of the framework lead to each other")
    inner = filled(name, scope, depth + 1)
    if not isinstance(inner, str):
        chosen = _chosen(inner, scope, depth)
        return _input(name, scope, None) if chosen is None else chosen
    first, *fallbacks = (part.strip() for part in inner.split(","))
    literal = _QUOTED.fullmatch(first)
    if literal is not None:
        return literal[2]
    source, _, path = first.partition(":")
    if first == STAGE[0] and depth < DEEPEST:
        return variable(STAGE[1], scope, depth + 1)
    if source == "param":
        otherwise = partial(variable, ", ".join(fallbacks), scope, depth + 1) if fallbacks else _nowhere
        given = _parameter(path, otherwise, scope, depth)
        if given is not None:
            return given
    if source == "self":
        found = _looked_up(scope.template.document.root, path)
        if found is not None:
            return filled(found, scope, depth + 1)
        return variable(", ".join(fallbacks), scope, depth + 1) if fallbacks else _input(first, scope, None)
    return _input(first, scope, variable(", ".join(fallbacks), scope, depth + 1) if fallbacks else None)


def _chosen(name: Value, scope: Scope, depth: int) -> Value:
    """The entry of the file's own whose name ends in a value that is open (``self:custom.users.`` and a stage)."""
    match text_parts(name):
        case (str(start), Leaf() | Apply() as last) if start.startswith("self:") and start.endswith("."):
            place = _place(scope.template.document.root, start.removeprefix("self:").removesuffix("."))
            entries = {
                str(key.value): partial(filled, str(value.value), scope, depth + 1)
                for key, value in (place.value if isinstance(place, MappingNode) else ())
                if isinstance(key, ScalarNode) and isinstance(value, ScalarNode)
            }
            # what is known of an input (which values it has not) is lost where it is a part of a text
            known = scope.inputs.value(last.input, last.path) if isinstance(last, Leaf) else Unknown(last, STRING)
            return among(known, entries, _nowhere, (start,)) if entries else None
        case _:
            return None


def _parameter(name: str, otherwise: Callable[[], Value], scope: Scope, depth: int) -> Value | None:
    """The parameter that ``params`` gives for the stage, else for all of them; None where it is given none."""
    stages = _place(scope.template.document.root, "params")
    given = {
        str(key.value): partial(filled, value, scope, depth + 1)
        for key, entries in (stages.value if isinstance(stages, MappingNode) else ())
        if isinstance(key, ScalarNode) and (value := _looked_up(entries, name)) is not None
    }
    if not given:
        return None
    otherwise = given.pop("default", otherwise)
    return among(variable(STAGE[0], scope, depth + 1), given, otherwise, ("param:", name))


def _nowhere() -> Value:
    raise Refused("the configuration has no entry of that name")


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
    found = _place(root, path)
    return str(found.value) if isinstance(found, ScalarNode) else None


def _place(root: Raw, path: str) -> Raw | None:
    here = root
    for step in path.split(".") if path else ():
        fields = here.value if isinstance(here, MappingNode) else []
        values = [value for key, value in fields if isinstance(key, ScalarNode) and key.value == step]
        if not values:
            return None
        here = values[-1]
    return here
