"""The text of a stack's template, and where it stands: in a heredoc, in a file, in what a function makes."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial

from iac_keycheck.cloudformation.embedded import Body
from iac_keycheck.cloudformation.insertions import mark
from iac_keycheck.deciding.terms import apply, both, choose, either, equal, negate
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Entries,
    Input,
    Items,
    Leaf,
    Origin,
    Refused,
    Term,
    Unknown,
    Value,
    leaves,
    plain,
)
from iac_keycheck.deciding.worlds import NOTHING, Inputs
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError, Span
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.files import ScannedFiles
from iac_keycheck.terraform.instances import ModuleInstance
from iac_keycheck.terraform.members import Token
from iac_keycheck.terraform.stack_addresses import template_at
from iac_keycheck.terraform.syntax import Attribute, Block, Call, Expression, GetAttr, Name, ObjectCons, Template

_READING = frozenset({"file", "templatefile"})
_SECTION = expression(r' "\w+": ')
_MEMBER = expression(r'  ("(?:[^"\\]|\\.)*"): ')
DEEPEST = 8
"""Locals that name each other that are followed."""


def body_of(block: Block, module: ModuleInstance, token: Token) -> Body | str | None:
    """The template of a stack; why it cannot be told, or None where there is none."""
    given = block.body.attributes
    if "template_body" in given:
        return _written_body(given["template_body"], block, module, token)
    return _uploaded_body(given["template_url"], block, module, token) if "template_url" in given else None


def _uploaded_body(url: Attribute, block: Block, module: ModuleInstance, token: Token) -> Body | str:
    with module.scope.inputs.assuming(NOTHING):
        try:
            found = template_at(evaluate(url.expression, frame_at(block, module, token)), module)
        except Refused as refused:
            return f"its template cannot be told: {refused.message}"
    if isinstance(found, Attribute):
        return _written_body(found, block, module, token)
    text = None if found is None else _original(found, module)
    if found is None or text is None:
        return "its template is read from an address"
    module.scope.module.workspace.deployed.add(found)
    return Body(text, found)


def _written_body(attribute: Attribute, block: Block, module: ModuleInstance, token: Token) -> Body | str:
    inputs = module.scope.inputs
    expression, place = _followed(attribute, module)
    with inputs.assuming(NOTHING):
        try:
            frame = frame_at(block, module, token)
            value = plain(evaluate(attribute.expression, frame))
        except Refused as refused:
            return f"its template cannot be told: {refused.message}"
        insertions = _Insertions(inputs)
        text = insertions.text_of(value)
        if text is None:
            return _untold(value)
        source = module.scope.module.workspace.texts.get(place.path, "")
        path = _file_of(expression, module, frame)
    values = tuple(insertions.values)
    if path is not None:
        original = _original(path, module)
        if original is not None and original.count("\n") == text.count("\n"):
            module.scope.module.workspace.deployed.add(path)
            return Body(text, path, insertions=values)
    match expression:
        case Call("jsonencode", (ObjectCons() as described,)):
            text = text if text.startswith("{\n") else _dumped(json.loads(text))
            return Body(text, place.path, source, place, values, _places(described, text))
        case _:
            return Body(text, place.path, source, place, values)


def _untold(value: Value) -> str:
    names = dict.fromkeys(leaf.input.name for leaf in leaves(value))
    said = "what its template body is cannot be told"
    return f"{said}: it comes from {next(iter(names))}" if names else said


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1)


def _places(described: ObjectCons, text: str) -> Mapping[int, Span]:
    """The places of the lines that describe resources, in a text that is made of an object: those of its items."""
    resources = next((value for key, value in described.items if _written(key) == "Resources"), None)
    if not isinstance(resources, ObjectCons):
        return {}
    spans = {_written(key): key.span.to(value.span) for key, value in resources.items}
    found: dict[int, Span] = {}
    inside, here = False, None
    for number, line in enumerate(text.split("\n")):
        if _SECTION.match(line):
            inside, here = line.startswith(' "Resources"'), None
        elif inside and (name := _MEMBER.match(line)):
            here = spans.get(json.loads(name[1]))
        if here is not None:
            found[number] = here
    return found


def _written(key: Expression) -> str | None:
    match key:
        case Name(name) | Template(parts=(str(name),)):
            return name
        case _:
            return None


def frame_at(block: Block, module: ModuleInstance, token: Token) -> Frame:
    """Where the arguments of an instance of a resource stand, though it be open whether there is such an instance."""
    members = module.members("resource", *block.labels)
    if not isinstance(members, Unknown):
        return module.block_frame(token, "resource", *block.labels)
    over = block.body.attributes.get("for_each")
    if isinstance(token, str) and over is not None:
        collection = plain(evaluate(over.expression, module.frame))
        return Frame(module, each=(token, apply("attribute", (collection, token))))
    return Frame(module, count=token)


def _followed(attribute: Attribute, module: ModuleInstance) -> tuple[Expression, Span]:
    """The expression that an argument leads to through locals, and its place."""
    expression, span = attribute.expression, attribute.span
    for _ in range(DEEPEST):
        match expression:
            case GetAttr(Name("local"), name) if name in module.scope.module.locals:
                found = module.scope.module.locals[name]
                expression, span = found.expression, found.span
            case Template(parts=(GetAttr() | Call() as only,)):
                expression = only
            case _:
                break
    return expression, span


def _file_of(expression: Expression, module: ModuleInstance, frame: Frame) -> str | None:
    """The file that ``file`` or ``templatefile`` reads."""
    match expression:
        case Call(name, (first, *_)) if name in _READING:
            try:
                path = plain(evaluate(first, frame))
            except Refused:
                return None
            files = module.files
            return files.located(path) if isinstance(path, str) and isinstance(files, ScannedFiles) else None
        case _:
            return None


def _original(path: str, module: ModuleInstance) -> str | None:
    try:
        return module.scope.module.workspace.text(path)
    except InputError:
        return None


@dataclass(slots=True)
class _Insertions:
    """What stands in a text for values that are not known: the values by their numbers."""

    inputs: Inputs
    values: list[Callable[[], Value]] = field(default_factory=list)
    _numbers: dict[str, int] = field(default_factory=dict)

    def text_of(self, value: Value) -> str | None:
        """The text that a value is, with marks for what is not known of it; None where it is no text."""
        match plain(value):
            case str() as known:
                return known
            case Unknown(term=Concat(parts=parts)):
                return "".join(part if isinstance(part, str) else self._mark(part) for part in parts)
            case Unknown(term=Apply("jsonencode" | "yamlencode", (inner,))):
                return _dumped(self._json(inner))
            case _:
                return None

    def _json(self, value: Value) -> object:
        match plain(value):
            case Unknown() as unknown:
                return self.text_of(unknown) if isinstance(unknown.term, Concat) else self._mark(unknown.term)
            case Items(items=items):
                return [self._json(item) for item in items]
            case Entries(entries=entries):
                return {key: self._json(entries[key]) for key in entries}
            case Decimal() as number:
                return float(number)
            case known:
                return known

    def _mark(self, term: Term) -> str:
        shown = repr(term)
        if shown not in self._numbers:
            self._numbers[shown] = len(self.values)
            self.values.append(self._value(term, len(self.values)))
        return mark(self._numbers[shown])

    def _value(self, term: Term, number: int) -> Callable[[], Value]:
        if isinstance(term, Leaf):
            return partial(self.inputs.value, term.input, term.path)
        if _is_decided(term):
            return partial(_decided, term, self.inputs)
        reason = "what Terraform puts into its template here cannot be told"
        source = Input(f"what is put into the template ({number})", Origin.OPAQUE, reason=reason)
        return partial(self.inputs.value, source)


_TRUTHS = frozenset({"!", "&&", "||", "==", "if"})
"""Operations that are carried out again in each world."""


def _is_decided(term: Value | Term) -> bool:
    """Whether a term is made of inputs by a choice, comparisons and logic alone."""
    match term:
        case Unknown(term=inner):
            return _is_decided(inner)
        case Apply(function, arguments):
            return function in _TRUTHS and all(map(_is_decided, arguments))
        case Leaf() | str() | bool() | int() | Decimal():
            return True
        case _:
            return False


def _decided(term: Value | Term, inputs: Inputs) -> Value:
    """What such a term is in the world of the moment."""
    match term:
        case Unknown(term=inner):
            return _decided(inner, inputs)
        case Leaf(source, path):
            return inputs.value(source, path)
        case Apply("!", (one,)):
            return negate(_decided(one, inputs))
        case Apply("==", (one, other)):
            return equal(_decided(one, inputs), _decided(other, inputs))
        case Apply("&&", (one, other)):
            return both(_decided(one, inputs), _decided(other, inputs))
        case Apply("||", (one, other)):
            return either(_decided(one, inputs), _decided(other, inputs))
        case Apply("if", (condition, then, otherwise)):
            return choose(_decided(condition, inputs), _decided(then, inputs), _decided(otherwise, inputs))
        case Concat() | Apply():
            raise Refused("what Terraform puts into its template here cannot be told", bound=True)
        case known:
            return known
