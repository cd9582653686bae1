"""The syntax tree of the Terraform language: what HCL, JSON and templates are turned into before anything is decided.

Every node knows its span. Nothing in this module knows python-hcl2.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from iac_keycheck.records import dataclass
from iac_keycheck.source import Span


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, ``true``, ``false`` or ``null``. Plain quoted strings are `Template`s with one part or none."""

    value: int | Decimal | bool | None
    span: Span


@dataclass(frozen=True, slots=True)
class Template:
    """A quoted string, heredoc or JSON string: literal text and interpolations in order.

    Escapes are resolved, heredoc indentation and strip markers (``~``) are applied already. A template that is
    nothing but one interpolation (``"${x}"``) keeps it as its single part: it passes its value on unconverted.
    """

    parts: tuple[str | Expression | TemplateIf | TemplateFor, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TemplateIf:
    """``%{ if condition }…%{ else }…%{ endif }`` inside a template."""

    condition: Expression
    then: tuple[str | Expression | TemplateIf | TemplateFor, ...]
    otherwise: tuple[str | Expression | TemplateIf | TemplateFor, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class TemplateFor:
    """``%{ for key, value in collection }…%{ endfor }`` inside a template."""

    key: str | None
    value: str
    collection: Expression
    body: tuple[str | Expression | TemplateIf | TemplateFor, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Name:
    """The root of a traversal: ``var``, ``local``, ``aws_iam_user``, ``each``, a ``for`` variable."""

    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class GetAttr:
    """``source.name``."""

    source: Expression
    name: str
    span: Span


@dataclass(frozen=True, slots=True)
class Index:
    """``source[key]``, also the old ``source.0``."""

    source: Expression
    key: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Splat:
    """``source[*].a[0]…`` (full) or ``source.*.a…`` (attribute-only).

    ``steps`` are what follows, applied to each element: attribute names, index expressions, and in a full splat
    `Spread` for a splat of what was reached (``a[*].b[*].c`` is a list of lists). An attribute-only splat takes
    attributes and old indices (``.0``) only; what else follows is applied to its result, as an outer node.
    """

    source: Expression
    steps: tuple[str | Expression | Spread, ...]
    full: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Spread:
    """A splat inside a full splat: ``steps`` are applied to each element of what the steps before it gave."""

    steps: tuple[str | Expression | Spread, ...]
    full: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Call:
    """A function call; ``expand`` is the ``...`` after the last argument. Provider functions keep their ``::``."""

    name: str
    arguments: tuple[Expression, ...]
    expand: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Unary:
    """``-x`` or ``!x``."""

    operator: str
    operand: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Binary:
    """``left operator right``; the operators are those of HCL, spelled as in source."""

    operator: str
    left: Expression
    right: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class Conditional:
    """``condition ? then : otherwise``."""

    condition: Expression
    then: Expression
    otherwise: Expression
    span: Span


@dataclass(frozen=True, slots=True)
class TupleCons:
    """``[a, b]``."""

    items: tuple[Expression, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class ObjectCons:
    """``{k = v}``. A bare identifier key is a `Template` with that text; ``(expr)`` keys are the expression."""

    items: tuple[tuple[Expression, Expression], ...]
    span: Span


@dataclass(frozen=True, slots=True)
class For:
    """``[for k, v in collection : value if condition]`` or, with ``key_result``, ``{for … : k => v…}``.

    ``group`` is the ``...`` of an object ``for``.
    """

    key: str | None
    value: str
    collection: Expression
    key_result: Expression | None
    result: Expression
    condition: Expression | None
    group: bool
    span: Span


Expression = (
    Literal | Template | Name | GetAttr | Index | Splat | Call | Unary | Binary | Conditional
    | TupleCons | ObjectCons | For
)  # fmt: skip
_PLACES = frozenset({"span", "name_span"})


def children(node: object) -> tuple[object, ...]:
    """What a node, or a tuple of nodes, is made of but for its places: nodes, names and constants."""
    if isinstance(node, tuple):
        return node
    return tuple(getattr(node, name) for name in getattr(node, "__match_args__", ()) if name not in _PLACES)


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name = expression``; ``name_span`` is the name alone."""

    name: str
    expression: Expression
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment without its marks: of HCL, or a ``"//"`` member of JSON."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """``type "label" … { … }``: top level or nested.

    ``header`` spans the type and labels (in JSON: the innermost name), ``span`` all of it up to the closing brace.
    """

    type: str
    labels: tuple[str, ...]
    body: Body
    span: Span
    header: Span

    @property
    def from_json(self) -> bool:
        """Whether it stands in a ``.tf.json`` file."""
        return self.body.from_json


@dataclass(frozen=True, slots=True)
class Body:
    """Attributes by name and nested blocks in source order.

    In JSON one object or list stands for nested blocks or an attribute alike: there every member is an attribute, and
    whoever knows that blocks are meant asks `nested`. ``comments`` are the ``"//"`` members of JSON, nothing in HCL.
    """

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]
    from_json: bool = False
    comments: tuple[Comment, ...] = ()

    def nested(self, name: str, labels: int = 0) -> tuple[Block, ...]:
        """The nested blocks of one type, which has so many labels (only JSON needs to be told).

        What can be no block in JSON (a text, a number) is left out.
        """
        if not self.from_json:
            return tuple(block for block in self.blocks if block.type == name)
        attribute = self.attributes.get(name)
        if attribute is None:
            return ()
        return tuple(_json_blocks(name, (), labels, attribute.expression, attribute.name_span))


def _json_blocks(
    name: str, labels: tuple[str, ...], missing: int, value: Expression, header: Span
) -> Iterator[Block]:
    """The blocks that an object or a list of objects stands for, at each level of labels."""
    match value:
        case TupleCons(items):
            for item in items:
                yield from _json_blocks(name, labels, missing, item, header)
        case ObjectCons() if missing:
            for label in json_body(value).attributes.values():
                yield from _json_blocks(name, (*labels, label.name), missing - 1, label.expression, label.name_span)
        case ObjectCons():
            yield Block(name, labels, json_body(value), header.to(value.span), header)
        case _:
            return


def json_body(members: ObjectCons) -> Body:
    """A JSON object as a body. Members of one name are several blocks, so their values are joined to one list."""
    attributes: dict[str, Attribute] = {}
    comments: list[Comment] = []
    for key, value in members.items:
        name = _plain(key)
        if name == "//":
            comments.extend(Comment(_plain(line), line.span) for line in _listed(value))
            continue
        span = key.span.to(value.span)
        if name in attributes:
            first = attributes[name]
            both = TupleCons((*_listed(first.expression), *_listed(value)), first.expression.span)
            attributes[name] = Attribute(name, both, first.span, first.name_span)
        else:
            attributes[name] = Attribute(name, value, span, key.span)
    return Body(attributes, (), from_json=True, comments=tuple(comments))


def _listed(value: Expression) -> tuple[Expression, ...]:
    return value.items if isinstance(value, TupleCons) else (value,)


def _plain(text: Expression) -> str:
    match text:
        case Template((str(plain),)):
            return plain
        case _:
            return ""
