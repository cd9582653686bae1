"""Dataclasses whose methods are compiled when that is worth it, and not while their module is imported.

The standard decorator runs the compiler six times for each class, which was more than half of what a scan of a small
directory took; most classes of a run are never made an instance of, and most others a few times. Everything else is as
`dataclasses` has it, as far as this package uses it: slots always, no inheritance of fields. For type checkers these
are the standard names.
"""

from __future__ import annotations

from operator import attrgetter
from reprlib import recursive_repr

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from typing import Any, Final, NoReturn, TypeVar

    T = TypeVar("T")
    _Source = Callable[["_Recipe"], str]


class _Recipe:
    """What the methods of a class are made of: its fields in order, and what was said of them."""

    def __init__(self, cls: type, *, frozen: bool) -> None:
        namespace = vars(cls)
        self.names: Final = tuple(cls.__annotations__)
        self.frozen: Final = frozen
        self.finished: Final = "__post_init__" in namespace
        self.said: Final = {name: namespace[name] for name in self.names if name in namespace}

    def compared(self, *, hashed: bool = False) -> list[str]:
        """The names of the fields that count for equality, or for the hash."""
        said = ((name, self.said.get(name)) for name in self.names)
        return [name for name, one in said if not isinstance(one, _Field) or (one.hashed if hashed else one.compared)]

    def filled(self, arguments: Sequence[object], named: Mapping[str, object]) -> dict[str, object] | None:
        """The value of each field in an instance that is made of these; None where they are not right."""
        values: dict[str, object] = {**dict(zip(self.names, arguments, strict=False)), **named}
        if len(values) != len(arguments) + len(named):
            return None
        for name, said in self.said.items():
            if name in values:
                continue
            if not isinstance(said, _Field):
                values[name] = said
            elif said.factory is not None:
                values[name] = said.factory()
        return values if values.keys() == set(self.names) else None


class _Field:
    """What ``field(…)`` says of a field."""

    __slots__ = ("compared", "factory", "hashed")

    def __init__(self, factory: Callable[[], object] | None, *, compared: bool, hashed: bool) -> None:
        self.factory, self.compared, self.hashed = factory, compared, hashed


class _Fields:
    """The fields as `dataclasses` describes them, for those who ask with its functions."""

    def __init__(self, recipe: _Recipe) -> None:
        self._recipe = recipe
        self._found: Mapping[str, Any] | None = None

    def __get__(self, _instance: object, owner: type) -> Mapping[str, Any]:
        if self._found is None:
            import dataclasses  # noqa: PLC0415 — no scan asks

            described = [(name, object, self._described(dataclasses, name)) for name in self._recipe.names]
            self._found = vars(dataclasses.make_dataclass(owner.__name__, described))["__dataclass_fields__"]
        return self._found

    def _described(self, dataclasses: Any, name: str) -> Any:  # noqa: ANN401 — a module, and what it makes
        said = self._recipe.said.get(name, dataclasses.MISSING)
        if not isinstance(said, _Field):
            # a default is only said to be there: one that cannot be hashed would be refused
            return dataclasses.field(default_factory=lambda: said) if name in self._recipe.said else dataclasses.field()
        factory = dataclasses.MISSING if said.factory is None else said.factory
        return dataclasses.field(default_factory=factory, compare=said.compared, hash=said.hashed)


def _decorator(
    *, frozen: bool = False, slots: bool, eq: bool = True, order: bool = False
) -> Callable[[type[T]], type[T]]:
    if not slots:
        raise TypeError("a dataclass has slots")

    def made(cls: type[T]) -> type[T]:
        return _made(cls, _Recipe(cls, frozen=frozen), eq=eq, order=order)

    return made


def _described(
    *,
    default_factory: Callable[[], object] | None = None,
    compare: bool = True,
    hash: bool | None = None,  # noqa: A002
) -> _Field:
    return _Field(default_factory, compared=compare, hashed=compare if hash is None else hash)


def _changed(value: T, /, **changes: object) -> T:
    names: tuple[str, ...] = type(value).__match_args__  # type: ignore[attr-defined]
    return type(value)(**{**{name: getattr(value, name) for name in names}, **changes})


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _decorator, _described, _changed

__all__ = ["dataclass", "field", "replace"]


def _made(cls: type[T], recipe: _Recipe, *, eq: bool, order: bool) -> type[T]:
    """The class again, with slots and methods."""
    own = {name: value for name, value in vars(cls).items() if name not in recipe.names}
    own.pop("__dict__", None)
    own.pop("__weakref__", None)
    own["__slots__"] = own["__match_args__"] = recipe.names
    own["__dataclass_fields__"] = _Fields(recipe)
    own.setdefault("__repr__", _shown)
    late: dict[str, _Source] = {}
    if recipe.frozen:
        own["__setattr__"], own["__delattr__"], own["__setstate__"] = _refuse_set, _refuse_delete, _restore
    if eq:
        # a class that defines `__eq__` itself gets a `__hash__` of None from Python, which it does not mean
        own.setdefault("__eq__", _equality(recipe))
        if own.get("__hash__") is None:
            own["__hash__"] = _hashing(recipe) if recipe.frozen else None
    if order:
        late |= {"__lt__": _comparison("<"), "__le__": _comparison("<=")}
        late |= {"__gt__": _comparison(">"), "__ge__": _comparison(">=")}
    again: Callable[[str, tuple[type, ...], dict[str, Any]], type[T]] = type(cls)
    made = again(cls.__name__, cls.__bases__, own)
    made.__qualname__ = cls.__qualname__
    if "__init__" not in own:
        setattr(made, "__init__", _first_ones(made, recipe))  # noqa: B010 — checkers allow it no other way
    for name, source in late.items():
        if name not in own:
            setattr(made, name, _late(made, name, source, recipe))
    return made


def _first_ones(cls: type, recipe: _Recipe) -> Callable[..., None]:
    """An ``__init__`` that goes through the fields, and puts a compiled one into its place when it was called often.

    It does so as well where the arguments are not right, for the compiled one to refuse them.
    """
    slots = {name: vars(cls)[name].__set__ for name in recipe.names}
    left = _UNCOMPILED

    def __init__(self: Any, *arguments: object, **named: object) -> None:  # noqa: ANN401, N807 — becomes a method
        nonlocal left
        left -= 1
        values = recipe.filled(arguments, named) if left else None
        if values is None:
            setattr(cls, "__init__", compiled := _compiled(cls, "__init__", _init(recipe), recipe))  # noqa: B010 — as above
            compiled(self, *arguments, **named)
            return
        for name, value in values.items():
            slots[name](self, value)
        if recipe.finished:
            self.__post_init__()

    __init__.__qualname__ = f"{cls.__qualname__}.__init__"
    return __init__


def _late(cls: type, name: str, source: _Source, recipe: _Recipe) -> Callable[..., object]:
    """A method that puts the compiled one into its place when it is called."""

    def method(self: object, *arguments: object, **named: object) -> object:
        compiled = _compiled(cls, name, source(recipe), recipe)
        setattr(cls, name, compiled)
        return compiled(self, *arguments, **named)

    method.__name__, method.__qualname__ = name, f"{cls.__qualname__}.{name}"
    return method


def _compiled(cls: type, name: str, source: str, recipe: _Recipe) -> Callable[..., object]:
    names: dict[str, Any] = {"_absent": _ABSENT, "__name__": cls.__module__}
    for field_name in recipe.names:
        names[f"_set_{field_name}"] = vars(cls)[field_name].__set__
        said = recipe.said.get(field_name)
        names[f"_default_{field_name}"] = said.factory if isinstance(said, _Field) else said
    exec(source, names)  # noqa: S102 — text that this module wrote
    compiled: Callable[..., object] = names[name]
    compiled.__qualname__ = f"{cls.__qualname__}.{name}"
    return compiled


_ABSENT: Final = object()
# To compile takes as long as this many instances that are filled field by field.
_UNCOMPILED: Final = 64


def _init(recipe: _Recipe) -> str:
    parameters, body = ["self"], []
    for name in recipe.names:
        said = recipe.said.get(name, _ABSENT)
        value = name
        if isinstance(said, _Field) and said.factory is not None:
            parameters.append(f"{name}=_absent")
            value = f"_default_{name}() if {name} is _absent else {name}"
        elif said is _ABSENT or isinstance(said, _Field):
            parameters.append(name)
        else:
            parameters.append(f"{name}=_default_{name}")
        body.append(f"_set_{name}(self, {value})" if recipe.frozen else f"self.{name} = {value}")
    if recipe.finished:
        body.append("self.__post_init__()")
    return f"def __init__({', '.join(parameters)}):\n " + "\n ".join(body or ["pass"])


def _equality(recipe: _Recipe) -> Callable[[object, object], bool]:
    parts = _parts(recipe.compared())

    def __eq__(self: object, other: object) -> bool:  # noqa: N807 — becomes the method of a class
        if self is other:
            return True
        if other.__class__ is not self.__class__:
            return NotImplemented
        return bool(parts(self) == parts(other))

    return __eq__


def _hashing(recipe: _Recipe) -> Callable[[object], int]:
    parts = _parts(recipe.compared(hashed=True))

    def __hash__(self: object) -> int:  # noqa: N807 — becomes the method of a class
        return hash(parts(self))

    return __hash__


def _parts(names: Sequence[str]) -> Callable[[object], object]:
    """Gives the values of some fields, in the fastest way that needs no compiler."""
    return attrgetter(*names) if names else lambda _: ()


def _comparison(operator: str) -> _Source:
    name = {"<": "__lt__", "<=": "__le__", ">": "__gt__", ">=": "__ge__"}[operator]

    def source(recipe: _Recipe) -> str:
        kept = recipe.compared()
        compared = ", ".join(f"{{0}}.{name}" for name in kept) + ("," if kept else "")
        return (
            f"def {name}(self, other):\n"
            " if other.__class__ is not self.__class__: return NotImplemented\n"
            f" return ({compared.format('self')}) {operator} ({compared.format('other')})"
        )

    return source


@recursive_repr("...")
def _shown(self: object) -> str:
    names: tuple[str, ...] = type(self).__match_args__  # type: ignore[attr-defined]
    return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"


def _refuse_set(_self: object, name: str, _value: object) -> NoReturn:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 — a fault of the caller

    raise FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_delete(_self: object, name: str) -> NoReturn:
    from dataclasses import FrozenInstanceError  # noqa: PLC0415 — a fault of the caller

    raise FrozenInstanceError(f"cannot delete field {name!r}")


def _restore(self: object, state: tuple[None, Mapping[str, object]]) -> None:
    for name, value in state[1].items():
        object.__setattr__(self, name, value)
