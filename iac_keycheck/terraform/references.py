"""What an expression names: its traversals as dotted names, without the keys in between."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.terraform.syntax import Call, For, GetAttr, Index, Name, Splat, children

Path = tuple[str, ...]


def references(node: object) -> Iterator[Path]:
    """The names in an expression, each from its root as far as it goes: ``("module", "m", "out")``.

    What a loop says of its elements it says of what it goes over: ``("aws_iam_user", "u", "arn")`` of
    ``[for user in aws_iam_user.u : user.arn]``.
    """
    match node:
        case For():
            yield from _loop(node)
        case Name() | GetAttr() | Index() | Splat():
            path = _path(node)
            if path:
                yield path
            yield from _keys(node)
        case _:
            for part in children(node):
                yield from references(part)


def calls(node: object) -> Iterator[Call]:
    """The function calls in an expression."""
    if isinstance(node, Call):
        yield node
    for part in children(node):
        yield from calls(part)


def named(path: Path) -> str:
    """What a traversal names as a whole: ``local.x``, ``aws_iam_user.x``, ``data.t.n``, ``module.m``."""
    return ".".join(path[: 3 if path[0] in ("data", "ephemeral") else 2])


def _loop(loop: For) -> Iterator[Path]:
    over = _path(loop.collection)
    # what a module that is called once has in it is the value of an output, and no module
    elements = over if over[:1] != ("module",) or over[2:] else ()
    inside = [path for part in (loop.key_result, loop.result, loop.condition) for path in references(part)]
    if elements and any(path[0] == loop.value for path in inside):
        yield from _keys(loop.collection)
    else:
        yield from references(loop.collection)
    for path in inside:
        if path[0] not in (loop.key, loop.value):
            yield path
        elif path[0] == loop.value and elements:
            yield (*elements, *path[1:])


def _path(node: object) -> Path:
    match node:
        case Name(name):
            return (name,)
        case GetAttr(source, name):
            path = _path(source)
            return (*path, name) if path else ()
        case Index(source, _):
            return _path(source)
        case Splat(source, steps):
            path = _path(source)
            return (*path, *(step for step in steps if isinstance(step, str))) if path else ()
        case _:
            return ()


def _keys(node: object) -> Iterator[Path]:
    """What stands in the brackets of a traversal, and below what is no name."""
    while True:
        match node:
            case Index(source, key):
                yield from references(key)
                node = source
            case GetAttr(source, _):
                node = source
            case Splat(source, steps):
                yield from references(tuple(step for step in steps if not isinstance(step, str)))
                node = source
            case Name():
                return
            case _:
                yield from references(node)
                return
