"""The syntax tree of the Terraform language: what HCL, JSON and templates are turned into before anything is decided.

Every node knows its span. Nothing in this module knows python-hcl2.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

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

    ``steps`` are what follows, applied to each element: attribute names, index expressions, and at the end of a full
    splat a splat of what was reached (``a[*].b[*].c`` is a list of lists). An attribute-only splat takes attributes
    and old indices (``.0``); what else follows is applied to its result, as an outer node.
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


@dataclass(frozen=True, slots=True)
class Attribute:
    """``name = expression``; ``name_span`` is the name alone."""

    name: str
    expression: Expression
    span: Span
    name_span: Span


@dataclass(frozen=True, slots=True)
class Block:
    """``type "label" … { … }``: top level or nested.

    ``header`` spans the type and labels, ``span`` all of it up to the closing brace. ``from_json`` marks blocks of
    ``.tf.json``, where one JSON object or list stands for nested blocks or an attribute alike: there every member is
    an attribute of ``body`` and whoever knows the schema asks `nested`.
    """

    type: str
    labels: tuple[str, ...]
    body: Body
    span: Span
    header: Span
    from_json: bool = False


@dataclass(frozen=True, slots=True)
class Body:
    """Attributes by name and nested blocks in source order."""

    attributes: Mapping[str, Attribute]
    blocks: tuple[Block, ...]

    def nested(self, name: str) -> tuple[Block, ...]:
        """The nested blocks of one type."""
        return tuple(block for block in self.blocks if block.type == name)
