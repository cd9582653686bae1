"""The defaults of root variables. One that is plain is worked out once for all variables that are written alike."""

from __future__ import annotations

import re

from iac_keycheck.deciding.values import Refused, Value
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.syntax import Expression, Literal, ObjectCons, Template, TupleCons

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from iac_keycheck.terraform.instances import ModuleInstance

_MANY = 32
"""From so many texts on it is worth compiling an expression for those that are plain."""
_TEXT = expression(
    r"""variable[ ]"[\w-]+"[ ]\{\n
    (?:[ ]*+(?:description[ ]*+=[ ]*+"[^"\\$%\r\n]*+"|type[ ]*+=[ ]*+string|default[ ]*+=[ ]*+"[^"\\$%\r\n]*+")?\n)*+
    \}""",
    re.VERBOSE | re.ASCII,
)
"""A variable with a text for a default, or none, and nothing else that matters."""
_ARGUMENT = expression(r'(?m)^ *(\w+) *= *(?:string|"(.*)")$')
_NONE = object()
_UNKNOWN = object()


@dataclass(slots=True)
class Defaults:
    """The defaults by the text of the block, so far as that alone tells them; which has none is known as well."""

    _known: dict[str, object] = field(default_factory=dict)

    def of(self, instance: ModuleInstance, problems: list[Problem]) -> Iterator[tuple[str, Value]]:
        """The defaults of all variables of a module; a problem for each that is refused."""
        module = instance.scope.module
        for (name,) in module.labels("variable"):
            entry = None if module.is_overridden("variable", name) else module.entry("variable", name)
            text = entry.text() if entry is not None else ""
            known = self._known.get(text, _UNKNOWN)
            if known is _UNKNOWN and len(self._known) >= _MANY:
                known = self._known[text] = _text(text)
            if known is _UNKNOWN:
                known = self._found(instance, name, text, problems)
            if known is not _NONE:
                yield name, known  # type: ignore[misc] # what is known is a value

    def _found(self, instance: ModuleInstance, name: str, text: str, problems: list[Problem]) -> object:
        block = instance.scope.module.block("variable", name)
        default = block.body.attributes.get("default") if block else None
        value: object = _NONE
        if default is not None:
            try:
                converted = evaluate(default.expression, Frame(instance))
                value = conversions.convert(converted, instance.variable_type(name))
            except Refused as refused:
                message = f"the default of var.{name} is refused: {refused.message}"
                problems.append(Problem("value", message, default.span))
                return _NONE
        # the type may give values to attributes, which may be anything
        alone = "optional" not in text and (default is None or _is_plain(default.expression))
        if text and block is not None and alone:
            self._known[text] = value
        return value


def _text(text: str) -> object:
    """The default of a variable whose block has one that is plain text, or none, at the first look."""
    if not text.isascii() or _TEXT.fullmatch(text) is None:
        return _UNKNOWN
    arguments = _ARGUMENT.findall(text)
    given = dict(arguments)
    return given.get("default", _NONE) if len(given) == len(arguments) else _UNKNOWN


def _is_plain(node: Expression) -> bool:
    """Whether an expression means the same wherever it stands."""
    match node:
        case Literal():
            return True
        case Template(parts=parts):
            return all(isinstance(part, str) for part in parts)
        case TupleCons(items=items):
            return all(map(_is_plain, items))
        case ObjectCons(items=items):
            return all(_is_plain(part) for pair in items for part in pair)
        case _:
            return False
