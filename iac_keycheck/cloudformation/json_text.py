"""``Fn::ToJsonString``: the text of a value as JSON, with unknown parts where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.branching import lift
from iac_keycheck.cloudformation.nodes import Node, Scalar, Sequence, intrinsic
from iac_keycheck.cloudformation.scope import Context
from iac_keycheck.cloudformation.texts import concat
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Apply, Entries, Items, Leaf, Unknown, Value, plain
from iac_keycheck.expressions import expression

_BARE = expression(r"true|false|-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?")


def json_text(node: Node, context: Context) -> Value:
    """The JSON of what a node evaluates to."""
    return concat(_of_node(node, context))


def _of_node(node: Node, context: Context) -> Iterator[Value]:
    match node:
        case Scalar(text=str() as written, quoted=False) if _BARE.fullmatch(written):
            yield written
        case Sequence(items=items):
            yield "["
            for index, item in enumerate(items):
                yield "," if index else ""
                yield from _of_node(item, context)
            yield "]"
        case nodes.Mapping(entries=entries) if intrinsic(node) is None:
            yield "{"
            for index, entry in enumerate(entries):
                yield f"{',' if index else ''}{json.dumps(entry.key, ensure_ascii=False)}:"
                yield from _of_node(entry.value, context)
            yield "}"
        case _:
            yield from _of_value(context.value(node))


def _of_value(value: Value) -> Iterator[Value]:
    match plain(value):
        case str() as known:
            yield json.dumps(str(known), ensure_ascii=False)
        case Items(items=items):
            yield "["
            for index, item in enumerate(items):
                yield "," if index else ""
                yield from _of_value(item)
            yield "]"
        case Entries(entries=entries):
            yield "{"
            for index, (key, item) in enumerate(entries.items()):
                yield f"{',' if index else ''}{json.dumps(key, ensure_ascii=False)}:"
                yield from _of_value(item)
            yield "}"
        case Unknown(term=Apply("if" | "refused")) as choice:
            yield lift(choice, lambda branch: concat(_of_value(branch)))
        case Unknown(term=Leaf()) as leaf:
            # names and other plain words need no escapes
            yield from ('"', leaf, '"')
        case None:
            yield "null"
        case other:
            yield terms.apply("json", (other,), STRING, not_null=True)
