"""Evaluates intrinsic functions: nodes to values in a context, lazily, in the world of the moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from iac_keycheck.cloudformation import framework, insertions, lists, samples
from iac_keycheck.cloudformation import nodes as syntax
from iac_keycheck.cloudformation.branching import choose
from iac_keycheck.cloudformation.conditions import CONDITIONS, condition, holds, written
from iac_keycheck.cloudformation.json_text import json_text
from iac_keycheck.cloudformation.loops import member_of, substituted
from iac_keycheck.cloudformation.nodes import Entry, Node, Scalar, Sequence, intrinsic
from iac_keycheck.cloudformation.references import get_att, ref
from iac_keycheck.cloudformation.scope import Context, Language, Rejected
from iac_keycheck.cloudformation.template import Member
from iac_keycheck.cloudformation.texts import among, concat, encoded, text
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.terms import MOST_PARTS, apply
from iac_keycheck.deciding.values import Entries, Input, Origin, Ref, Refused, Unknown, Value, plain
from iac_keycheck.expressions import expression

_VARIABLE = expression(r"\$\{(!?)([^{}]*)\}")
_NAME = expression(r"[A-Za-z0-9_.:]+")
_STACK_OUTPUT = ("StackName", "OutputName", "Region", "RoleArn")


def evaluate(node: Node, context: Context) -> Value:
    """What a node is; None for ``AWS::NoValue``. Raises `Rejected` for what CloudFormation would refuse."""
    with context.scope.shared.deeper(node.span):
        match node:
            case Sequence():
                return _list(node, context)
            case Scalar(text=str() as plainly):
                if context.scope.template.framework:
                    return framework.filled(plainly, context.scope)
                if context.scope.inserted:
                    return insertions.filled(plainly, context.scope.inserted)
                return substituted(plainly, context.bindings)
            case Scalar():
                raise Rejected("null has no place in a template", node.span, static=True)
            case syntax.Mapping(entries=entries):
                call = intrinsic(node)
                return _called(call, context) if call is not None else _entries(entries, context)


def _list(node: Sequence, context: Context) -> Value:
    literals = context.scope.shared.literals
    if id(node) not in literals:
        value = lists.without_nothing([evaluate(item, context) for item in node.items])
        plainly = all(isinstance(item, Scalar) and "$" not in (item.text or "") for item in node.items)
        if not plainly or context.bindings:
            return value
        literals[id(node)] = value
    return literals[id(node)]


def _entries(entries: tuple[Entry, ...], context: Context) -> Value:
    found: dict[str, Value] = {}
    for entry in entries:
        value = evaluate(entry.value, context)
        if value is not None:
            found[entry.key] = value
    return Entries("map", found)


def _called(call: Entry, context: Context) -> Value:
    if call.key in CONDITIONS:
        if call.key != "Condition":
            raise Rejected(f"{call.key} stands in conditions and rules only", call.key_span, static=True)
        return condition(syntax.Mapping((call,), call.span), context)
    function = FUNCTIONS.get(call.key)
    if function is None:
        raise Rejected(f"{call.key} is no intrinsic function", call.key_span, static=True)
    if call.key in _OF_RULES and not context.rules:
        raise Rejected(f"{call.key} stands in Rules only", call.key_span, static=True)
    if call.key in _EXTENSIONS and not context.scope.template.extended:
        raise Rejected(f"{call.key} needs the transform AWS::LanguageExtensions", call.key_span, static=True)
    try:
        return function(call, context)
    except Rejected:
        raise
    except Refused as refused:
        raise Rejected(refused.message, call.span, static=refused.static) from None


def _arguments(call: Entry, *counts: int) -> tuple[Node, ...]:
    match call.value:
        case Sequence(items=items) if len(items) in counts:
            return items
        case _:
            wanted = " or ".join(map(str, counts))
            raise Rejected(f"{call.key} needs a list of {wanted} arguments", call.span, static=True)


def _literal(node: Node, what: str) -> str:
    if isinstance(node, Scalar) and node.text is not None:
        return node.text
    raise Rejected(f"{what} must be plain text", node.span, static=True)


def _name(node: Node, what: str, context: Context) -> str | Unknown:
    """A name: plain text, or with the language extensions anything that gives it."""
    if isinstance(node, Scalar) and node.text is not None:
        return node.text
    if context.scope.template.extended:
        return text(evaluate(node, context))
    raise Rejected(f"{what} must be plain text", node.span, static=True)


def _ref(call: Entry, context: Context) -> Value:
    return ref(_name(call.value, "Ref's argument", context), context)


def _get_att(call: Entry, context: Context) -> Value:
    match call.value:
        case Scalar(text=str() as path) if "." in path:
            first, _, attribute = path.partition(".")
            return get_att(first, attribute, context)
        case Sequence((resource, *rest)) if rest:
            name = _name(resource, "the name of a resource", context)
            parts = [_name(part, "the name of an attribute", context) for part in rest]
            attribute = ".".join(part for part in parts if isinstance(part, str))
            if any(isinstance(part, Unknown) for part in parts):
                raise Rejected("the attribute of Fn::GetAtt must be known", call.span, static=True)
        case _:
            raise Rejected("Fn::GetAtt needs a resource and an attribute", call.span, static=True)
    return get_att(name, attribute, context)


def _sub(call: Entry, context: Context) -> Value:
    match call.value:
        case Scalar(text=str() as template):
            given: Mapping[str, Node] = {}
        case Sequence((Scalar(text=str() as template), syntax.Mapping(entries=entries) as names)):
            function = intrinsic(names)
            if function is not None:
                message = f"the second argument of Fn::Sub is a map of values, which {function.key} cannot give"
                raise Rejected(message, names.span, static=True)
            given = {entry.key: entry.value for entry in entries}
        case Sequence((Scalar(text=str() as template),)):
            given = {}
        case _:
            raise Rejected("Fn::Sub needs text, or text and a map of values", call.span, static=True)
    if template.count("${") > MOST_PARTS:
        raise Rejected(f"a text of more than {MOST_PARTS} parts is not worked with", call.span)
    parts: list[Value] = []
    at = 0
    for found in _VARIABLE.finditer(template):
        parts.append(insertions.filled(template[at : found.start()], context.scope.inserted))
        at = found.end()
        parts.append(f"${{{found[2]}}}" if found[1] else _variable(found[2], given, call, context))
    kept = [part for part in (*parts, insertions.filled(template[at:], context.scope.inserted)) if part != ""]
    return kept[0] if len(kept) == 1 and isinstance(kept[0], Ref) else concat(kept)


def _variable(name: str, given: Mapping[str, Node], call: Entry, context: Context) -> Value:
    if name in given:
        return evaluate(given[name], context)
    if context.scope.template.framework and framework.is_variable(name):
        return framework.variable(name, context.scope)
    if not _NAME.fullmatch(name):
        raise Rejected(f"Fn::Sub cannot fill in ${{{name}}}", call.span, static=True)
    resource, dot, attribute = name.partition(".")
    return get_att(resource, attribute, context) if dot else ref(name, context)


def _join(call: Entry, context: Context) -> Value:
    separator, values = _arguments(call, 2)
    return lists.join(_literal(separator, "the separator of Fn::Join"), evaluate(values, context))


def _split(call: Entry, context: Context) -> Value:
    separator, value = _arguments(call, 2)
    return lists.split(evaluate(separator, context), evaluate(value, context))


def _select(call: Entry, context: Context) -> Value:
    index, values = _arguments(call, 2)
    return lists.select(evaluate(index, context), evaluate(values, context))


def _place(node: Node) -> str:
    return f"{node.span.path}:{node.span.line}:{node.span.column}"


def _find_in_map(call: Entry, context: Context) -> Value:
    name, first, second, *more = _arguments(call, 3, 4)
    default: Node | None = None
    if more:
        options = more[0]
        default = options.get("DefaultValue") if isinstance(options, syntax.Mapping) else None
        if default is None or not context.scope.template.extended:
            message = "Fn::FindInMap takes a DefaultValue, and only with the transform AWS::LanguageExtensions"
            raise Rejected(message, options.span, static=True)

    def missing(what: str) -> Value:
        if default is not None:
            return evaluate(default, context)
        raise Rejected(f"Fn::FindInMap: {what}", call.span)

    tables = context.scope.template.section("Mappings")
    # at once, since what is no text is none whichever map they are looked up in
    one, two = text(evaluate(first, context)), text(evaluate(second, context))

    def in_table(table: Member) -> Value:
        rows = {row.key: partial(in_row, row.value) for row in _fields(table.node)}
        return among(one, rows, lambda: missing(f"the map has no {_shown(one)}"), (_place(table.node), two))

    def in_row(row: Node) -> Value:
        cells = {cell.key: partial(evaluate, cell.value, context) for cell in _fields(row)}
        return among(two, cells, lambda: missing(f"the map has no {_shown(two)} there"), (_place(row),))

    known = {key: partial(in_table, member) for key, member in tables.items()}
    which = evaluate(name, context)
    return among(which, known, lambda: missing(f"there is no map {_shown(which)}"), (one, two))


def _fields(node: Node) -> tuple[Entry, ...]:
    return node.entries if isinstance(node, syntax.Mapping) else ()


def _shown(value: Value) -> str:
    known = plain(value)
    return known if isinstance(known, str) else "such entry"


def _if(call: Entry, context: Context) -> Value:
    name, then, otherwise = _arguments(call, 3)
    test = holds_at(name, context)
    return choose(test, lambda: evaluate(then, context), lambda: evaluate(otherwise, context))


def holds_at(name: Node, context: Context) -> bool | Unknown:
    """Whether the condition that a node names holds."""
    called = written(_literal(name, "the condition of Fn::If"), context)
    if member_of("Conditions", called, context.scope) is None:
        raise Rejected(f"there is no condition {called}", name.span, static=True)
    return context.holds(called)


def _base64(call: Entry, context: Context) -> Value:
    return encoded(evaluate(call.value, context))


def _cidr(call: Entry, context: Context) -> Value:
    block, count, *more = _arguments(call, 2, 3)
    bits = evaluate(more[0], context) if more else "8"
    return lists.networks(evaluate(block, context), evaluate(count, context), bits)


def _zones(call: Entry, context: Context) -> Value:
    region = text(evaluate(call.value, context))
    shown = region if isinstance(region, str) and region else "AWS::Region"
    zones = samples.zones(shown if shown == region else "us-east-1")
    return context.scope.computed(f"Fn::GetAZs {shown}", type_=lists.TEXTS, samples=(zones,))


def _import(call: Entry, context: Context) -> Value:
    name = text(evaluate(call.value, context))
    return context.scope.links.exported(context.scope, name)


def _stack_output(call: Entry, context: Context) -> Value:
    """An output of a stack that is deployed: which template it was made of, nothing here tells."""
    given = call.value
    if not isinstance(given, syntax.Mapping) or any(given.entry(name) is None for name in _STACK_OUTPUT[:2]):
        raise Rejected(f"{call.key} needs a StackName and an OutputName", call.span, static=True)
    parts = tuple(text(evaluate(part, context)) if (part := given.get(name)) else "" for name in _STACK_OUTPUT)
    if not all(isinstance(part, str) for part in parts):
        return apply(call.key, parts, STRING, not_null=True)
    stack, output, *where = (str(part) for part in parts)
    name = " ".join((f"{call.key} {stack}.{output}", *filter(None, where)))
    reason = f"it is an output of the stack {stack}, which is deployed elsewhere"
    return context.scope.inputs.value(Input(name, Origin.DATA, STRING, reason=reason))


def _transform(call: Entry, context: Context) -> Value:
    name = call.value.get("Name") if isinstance(call.value, syntax.Mapping) else None
    shown = name.text if isinstance(name, Scalar) and name.text else "a macro"
    place = f"Fn::Transform {shown} (line {call.key_span.line})"
    return context.scope.opaque(place, f"it comes out of Fn::Transform with {shown}")


def _length(call: Entry, context: Context) -> Value:
    return lists.length(evaluate(call.value, context))


def _to_json(call: Entry, context: Context) -> Value:
    return json_text(call.value, context)


def _ref_all(call: Entry, context: Context) -> Value:
    kind = _literal(call.value, "the type of Fn::RefAll")
    return context.scope.computed(f"Fn::RefAll {kind}", type_=lists.TEXTS)


def _value_of(call: Entry, context: Context) -> Value:
    name, attribute = _arguments(call, 2)
    parameter = _literal(name, "the parameter of Fn::ValueOf")
    return context.scope.computed(f"Fn::ValueOf {parameter} {_literal(attribute, 'an attribute')}")


def _value_of_all(call: Entry, context: Context) -> Value:
    kind, attribute = (_literal(part, "an argument of Fn::ValueOfAll") for part in _arguments(call, 2))
    return context.scope.computed(f"Fn::ValueOfAll {kind} {attribute}", type_=lists.TEXTS)


FUNCTIONS: Mapping[str, Callable[[Entry, Context], Value]] = {
    "Ref": _ref,
    "Fn::GetAtt": _get_att,
    "Fn::Sub": _sub,
    "Fn::Join": _join,
    "Fn::Split": _split,
    "Fn::Select": _select,
    "Fn::FindInMap": _find_in_map,
    "Fn::If": _if,
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::GetAZs": _zones,
    "Fn::ImportValue": _import,
    "Fn::GetStackOutput": _stack_output,
    "Fn::Transform": _transform,
    "Fn::Length": _length,
    "Fn::ToJsonString": _to_json,
    "Fn::RefAll": _ref_all,
    "Fn::ValueOf": _value_of,
    "Fn::ValueOfAll": _value_of_all,
}
"""Intrinsic functions by their long names."""

_EXTENSIONS = frozenset({"Fn::Length", "Fn::ToJsonString"})
_OF_RULES = frozenset({"Fn::RefAll", "Fn::ValueOf", "Fn::ValueOfAll"})

LANGUAGE = Language(evaluate, holds)
