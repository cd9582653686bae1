"""Which types convert into which, and the one type that several types convert into, as Terraform's type system has it.

``any`` stands for a type that is not known: it converts into every type and decides nothing. The functions follow
``cty/convert`` of https://github.com/zclconf/go-cty (``unify.go``, ``compare_types.go``, ``sort_types.go``).
"""

from __future__ import annotations

from collections.abc import Iterable

from iac_keycheck.deciding.shapes import ANY, STRING, ListOf, MapOf, ObjectOf, Primitive, SetOf, TupleOf, Type


def convertible(given: Type, wanted: Type) -> bool:
    """Whether some value of the one type has a conversion to the other."""
    if ANY in (given, wanted):
        return True
    match given, wanted:
        case Primitive(name), Primitive(other):
            return name == other or "string" in (name, other)
        case (ObjectOf(), ObjectOf()):
            return all(
                convertible(given.attributes[name], inner) if name in given.attributes else name in wanted.optional
                for name, inner in wanted.attributes.items()
            )
        case TupleOf(elements), TupleOf(others):
            return len(elements) == len(others) and all(map(convertible, elements, others))
        case (ListOf(element) | SetOf(element), ListOf(other) | SetOf(other)):
            return convertible(element, other)
        case MapOf(element), MapOf(other):
            return convertible(element, other)
        case TupleOf(elements), ListOf(element) | SetOf(element):
            return _all_become(elements, element)
        case ObjectOf(attributes), MapOf(element):
            return _all_become(attributes.values(), element)
        case MapOf(element), ObjectOf(attributes, optional):
            return all(convertible(element, inner) or name in optional for name, inner in attributes.items())
        case _:
            return False


def _all_become(types: Iterable[Type], element: Type) -> bool:
    several = list(types)
    if element == ANY and several:
        return common_type(several) is not None
    return all(convertible(type_, element) for type_ in several)


def common_type(types: Iterable[Type]) -> Type | None:
    """The type that values of all these types can be converted to, None where there is none."""
    distinct: list[Type] = []
    for type_ in types:
        if type_ != ANY and type_ not in distinct:
            distinct.append(type_)
    if not distinct:
        return ANY
    if len(distinct) == 1:
        return distinct[0]
    return _of_one_kind(distinct)


def _of_one_kind(types: list[Type]) -> Type | None:
    kinds = {type(type_) for type_ in types}
    if kinds in ({MapOf}, {ListOf}, {SetOf}):
        return _collection(types)
    if kinds == {ObjectOf}:
        return _objects([type_ for type_ in types if isinstance(type_, ObjectOf)])
    if kinds == {TupleOf}:
        return _tuples([type_ for type_ in types if isinstance(type_, TupleOf)])
    if kinds in ({MapOf, ObjectOf}, {ListOf, TupleOf}):
        found = _as_collections(types)
        if found is not None:
            return found
    elif {ObjectOf, TupleOf} <= kinds:
        return None
    return _most_general(types)


def _collection(types: list[Type]) -> Type | None:
    elements = [type_.element for type_ in types if isinstance(type_, ListOf | SetOf | MapOf)]
    element = common_type(elements)
    if element is None:
        return None
    match types[0]:
        case ListOf():
            return ListOf(element)
        case SetOf():
            return SetOf(element)
        case _:
            return MapOf(element)


def _objects(types: list[ObjectOf]) -> Type | None:
    if any(type_.attributes.keys() != types[0].attributes.keys() for type_ in types):
        return _map_of(types)
    attributes: dict[str, Type] = {}
    for name in sorted(types[0].attributes):
        common = common_type(type_.attributes[name] for type_ in types)
        if common is None:
            return None
        attributes[name] = common
    return ObjectOf(attributes)


def _map_of(types: list[ObjectOf]) -> Type | None:
    element = common_type(inner for type_ in types for inner in type_.attributes.values())
    return None if element is None else MapOf(element)


def _tuples(types: list[TupleOf]) -> Type | None:
    if any(len(type_.elements) != len(types[0].elements) for type_ in types):
        return _list_of(types)
    elements = [common_type(column) for column in zip(*(type_.elements for type_ in types), strict=True)]
    known = tuple(element for element in elements if element is not None)
    return TupleOf(known) if len(known) == len(elements) else None


def _list_of(types: list[TupleOf]) -> Type | None:
    element = common_type(inner for type_ in types for inner in type_.elements)
    return None if element is None else ListOf(element)


def _as_collections(types: list[Type]) -> Type | None:
    """Objects beside maps are maps in disguise, and tuples beside lists are lists."""
    objects = [type_ for type_ in types if isinstance(type_, ObjectOf)]
    tuples = [type_ for type_ in types if isinstance(type_, TupleOf)]
    if not any(type_.attributes for type_ in objects) and not any(type_.elements for type_ in tuples):
        return None
    disguised = _map_of(objects) if objects else _list_of(tuples)
    if disguised is None:
        return None
    return common_type([disguised, *(type_ for type_ in types if not isinstance(type_, ObjectOf | TupleOf))])


def _most_general(types: list[Type]) -> Type | None:
    """The first of the types, the more general ones before, that all others convert into."""
    above = [sum(_order(other, type_) < 0 for other in types) for type_ in types]
    for _, type_ in sorted(zip(above, types, strict=True), key=lambda pair: pair[0]):
        if all(convertible(other, type_) for other in types):
            return type_
    return None


def _order(left: Type, right: Type) -> int:
    """Below zero where ``left`` is the more general type, above where ``right`` is."""
    match left, right:
        case Primitive(), Primitive():
            return (right == STRING) - (left == STRING)
        case (ListOf(a), ListOf(b)) | (SetOf(a), SetOf(b)) | (MapOf(a), MapOf(b)):
            return _order(a, b)
        case (ListOf(), TupleOf()) | (MapOf(), ObjectOf()) | (TupleOf() | ListOf(), SetOf()):
            return -1
        case (TupleOf(), ListOf()) | (ObjectOf(), MapOf()) | (SetOf(), TupleOf() | ListOf()):
            return 1
        case _:
            return 0


def conflict(left: Type, right: Type) -> bool:
    """Whether no value but null is of both types."""
    if ANY in (left, right):
        return False
    match left, right:
        case (ListOf(a), ListOf(b)) | (SetOf(a), SetOf(b)) | (MapOf(a), MapOf(b)):
            return conflict(a, b)
        case TupleOf(some), TupleOf(others):
            return len(some) != len(others) or any(map(conflict, some, others))
        case (ObjectOf(some), ObjectOf(others)):
            return some.keys() != others.keys() or any(conflict(inner, others[name]) for name, inner in some.items())
        case _:
            return left != right


def friendly(type_: Type) -> str:
    """What Terraform's messages call a type."""
    match type_:
        case Primitive("any"):
            return "any type"
        case Primitive(name):
            return name
        case ListOf(element):
            return f"list of {_of(element)}"
        case SetOf(element):
            return f"set of {_of(element)}"
        case MapOf(element):
            return f"map of {_of(element)}"
        case TupleOf():
            return "tuple"
        case ObjectOf():
            return "object"


def _of(element: Type) -> str:
    return "any single type" if element == ANY else friendly(element)


def mismatch(given: Type, wanted: Type) -> str:
    """Why a value of the one type is none of the other, as Terraform says it."""
    match given, wanted:
        case (ObjectOf(attributes), ObjectOf()):
            return _attributes_mismatch(attributes.keys(), given, wanted)
        case TupleOf(), ListOf(Primitive("any")):
            return "all list elements must have the same type"
        case TupleOf(), SetOf(Primitive("any")):
            return "all set elements must have the same type"
        case ObjectOf(), MapOf(Primitive("any")):
            return "all map elements must have the same type"
        case TupleOf(elements), ListOf(element) | SetOf(element):
            for index, own in enumerate(elements):
                if not convertible(own, element):
                    return f"element {index}: {mismatch(own, element)}"
            return f"all elements must be {friendly(element)}"
        case (ObjectOf(attributes), MapOf(element)):
            for name, own in sorted(attributes.items()):
                if not convertible(own, element):
                    return f'element "{name}": {mismatch(own, element)}'
            return f"all elements must be {friendly(element)}"
        case ListOf(own) | SetOf(own), ListOf(element):
            return f"incorrect list element type: {mismatch(own, element)}"
        case ListOf(own) | SetOf(own), SetOf(element):
            return f"incorrect set element type: {mismatch(own, element)}"
        case MapOf(own), MapOf(element):
            return f"incorrect map element type: {mismatch(own, element)}"
        case _:
            return f"{friendly(wanted)} required"


def _attributes_mismatch(present: Iterable[str], given: ObjectOf, wanted: ObjectOf) -> str:
    missing = sorted(wanted.attributes.keys() - set(present) - wanted.optional)
    quoted = [f'"{name}"' for name in missing]
    match quoted:
        case []:
            pass
        case [name]:
            return f"attribute {name} is required"
        case [first, second]:
            return f"attributes {first} and {second} are required"
        case _:
            return f"attributes {', '.join(quoted[:-1])}, and {quoted[-1]} are required"
    for name, inner in sorted(wanted.attributes.items()):
        own = given.attributes.get(name, inner)
        if not convertible(own, inner):
            return f'attribute "{name}": {mismatch(own, inner)}'
    return "incorrect object attributes"
