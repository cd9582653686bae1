"""Type constraints of variables, such as ``list(string)`` or ``object({path = optional(string, "/")})``."""

from __future__ import annotations

from iac_keycheck.deciding.shapes import ANY, BOOL, NUMBER, STRING, ListOf, MapOf, ObjectOf, SetOf, TupleOf, Type
from iac_keycheck.deciding.values import Refused
from iac_keycheck.terraform.syntax import Call, Expression, Name, ObjectCons, Template, TupleCons

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_PRIMITIVES: dict[str, Type] = {
    "string": STRING,
    "number": NUMBER,
    "bool": BOOL,
    "any": ANY,
    "list": ListOf(ANY),
    "map": MapOf(ANY),
    "set": SetOf(ANY),
}


def type_constraint(node: Expression, evaluate_default: Any = None) -> Type:  # noqa: ANN401 — a function of an expression
    """The type that an expression in type position means; raises `Refused` for what is none.

    ``evaluate_default`` evaluates the second argument of ``optional``. The quoted types of old code (``"string"``)
    are types too.
    """
    match node:
        case Name(name) if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        case Template(parts=(str(name),)) if name in _PRIMITIVES:
            return _PRIMITIVES[name]
        case Call("list" | "set" | "map" as kind, (element,)):
            inner = type_constraint(element, evaluate_default)
            return ListOf(inner) if kind == "list" else SetOf(inner) if kind == "set" else MapOf(inner)
        case Call("tuple", (TupleCons(items),)):
            return TupleOf(tuple(type_constraint(item, evaluate_default) for item in items))
        case Call("object", (ObjectCons(items),)):
            return _object(items, evaluate_default)
        case _:
            raise Refused("this is no type constraint", static=True)


def _object(items: tuple[tuple[Expression, Expression], ...], evaluate_default: Any) -> ObjectOf:  # noqa: ANN401
    attributes: dict[str, Type] = {}
    optional: set[str] = set()
    defaults: dict[str, Any] = {}
    for key, value in items:
        name = key.parts[0] if isinstance(key, Template) and key.parts else getattr(key, "name", "")
        if not isinstance(name, str):
            raise Refused("the attributes of an object type have fixed names", static=True)
        match value:
            case Call("optional", (inner, *default)):
                attributes[name] = type_constraint(inner, evaluate_default)
                optional.add(name)
                if default and evaluate_default is not None:
                    defaults[name] = evaluate_default(default[0])
            case _:
                attributes[name] = type_constraint(value, evaluate_default)
    return ObjectOf(dict(sorted(attributes.items())), frozenset(optional), defaults)
