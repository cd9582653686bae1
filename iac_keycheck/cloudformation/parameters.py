"""Template parameters: their types, defaults and constraints, and values given as text."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from iac_keycheck.cloudformation import samples
from iac_keycheck.cloudformation.allowed_patterns import matches, slip_in
from iac_keycheck.cloudformation.lists import TEXTS, split
from iac_keycheck.cloudformation.nodes import Mapping, Node, Scalar, Sequence
from iac_keycheck.cloudformation.template import Member
from iac_keycheck.cloudformation.texts import is_one_of, number, passed_on, text
from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL, NUMBER, STRING, Type
from iac_keycheck.deciding.values import Input, Items, Number, Origin, Sample, Unknown, Value, is_known
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, replace
from iac_keycheck.source import Problem

SSM_VALUE = "AWS::SSM::Parameter::Value<"
_KIND = expression(r"String|Number|CommaDelimitedList|List<[\w:]+>|AWS::[\w:]+(?:<(?:[\w:]+|List<[\w:]+>)>)?")
_LISTED = expression(r"\^?(?:\((?:\?:)?)?([\w-]+(?:\|[\w-]+)*)\)?\$?")


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One parameter of a template. ``from_store`` marks one whose text names where its value is kept.

    ``allowed`` are texts in their order, of which there may be thousands, each of them looked up.
    """

    member: Member
    kind: str
    type: Type
    from_store: bool
    secret: bool
    default: Value
    has_default: bool
    allowed: dict[str, None]
    pattern: str | None
    least: Number | None
    most: Number | None
    shortest: int | None
    longest: int | None

    @property
    def name(self) -> str:
        """The name it is referred to by."""
        return self.member.name

    def input(self, name: str, mentions: Iterable[Value]) -> Input:
        """The input that the parameter is where nothing passes it a value."""
        if self.from_store:
            reason = f"{name} is read from the parameter store"
            return Input(name, Origin.PARAMETER, self.type, sensitive=self.secret, reason=reason)
        allowed = tuple(value for one in self.allowed if (value := self.read(one)) is not None)
        closed = bool(allowed) and self.type != TEXTS
        named: tuple[Value, ...] = allowed if closed else tuple(mentions)
        return Input(
            name,
            Origin.PARAMETER,
            self.type,
            sensitive=self.secret,
            mentions=named,
            closed=closed,
            samples=() if closed else self._samples(),
        )

    def _samples(self) -> tuple[Value, ...]:
        if self.type == NUMBER:
            return samples.numbers(self.least, self.most)
        if self.type == STRING and self.is_constrained:
            # one that does not fit, where none is known that does: not every text is a value
            return samples.texts(lambda one: self.fits(one) is True, self.shortest) or (Sample("a"),)
        return ()

    def read(self, value: Value) -> Value:
        """A value given for the parameter, as the type that it has; None for a number that is none."""
        if self.type == TEXTS:
            return _texts(value)
        if self.type == NUMBER:
            return value if isinstance(value, Unknown) else number(value)
        return passed_on(value)

    def fits(self, value: Value) -> bool | Unknown:
        """Whether CloudFormation accepts the value; unknown where it depends on an input."""
        if self.from_store:
            return True
        if isinstance(value, Items):
            return self._all_fit(value.items)
        if self.type == TEXTS:
            return terms.apply("parameter constraints", (value,), BOOL, not_null=True) if self._constrained else True
        return self._item_fits(value)

    def _all_fit(self, items: Iterable[Value]) -> bool | Unknown:
        open_ends: list[Value] = []
        for item in items:
            verdict = self._item_fits(item)
            if verdict is False:
                return False
            if verdict is not True:
                open_ends.append(verdict)
        return terms.apply("parameter constraints", open_ends, BOOL, not_null=True) if open_ends else True

    @property
    def _constrained(self) -> bool:
        limits = (self.pattern, self.least, self.most, self.shortest, self.longest)
        return bool(self.allowed) or any(limit is not None for limit in limits)

    @property
    def is_constrained(self) -> bool:
        """Whether there is anything that `fits` could refuse."""
        return self._constrained or self.type == NUMBER or self.kind == "List<Number>"

    def _item_fits(self, value: Value) -> bool | Unknown:
        verdict: bool | Unknown = True
        if self.allowed:
            verdict = value in self.allowed if isinstance(value, str) else is_one_of(value, tuple(self.allowed))
        if verdict is False:
            return False
        if isinstance(value, Unknown) and self._lies_outside(value):
            return False
        if not is_known(value):
            if not self._constrained or (self.allowed and self.pattern is None):
                return verdict
            return terms.both(verdict, terms.apply("parameter constraints", (value,), BOOL, not_null=True))
        return terms.both(verdict, self._known_fits(value))

    def _lies_outside(self, value: Unknown) -> bool:
        """Whether what is known of a number rules out all that is allowed."""
        above = self.most is not None and value.low is not None and value.low >= self.most
        return above or (self.least is not None and value.high is not None and value.high <= self.least)

    def _known_fits(self, value: Value) -> bool:
        if "Number" in self.kind:
            known = number(value)
            if known is None or (self.least is not None and known < self.least):
                return False
            return self.most is None or known <= self.most
        written = str(text(value))
        if self.shortest is not None and len(written) < self.shortest:
            return False
        if self.longest is not None and len(written) > self.longest:
            return False
        return self.pattern is None or matches(self.pattern, written)


def parameter(member: Member, problems: list[Problem]) -> Parameter:
    """A parameter as declared; what is wrong with the declaration is added to ``problems``."""
    kind = _scalar(member.get("Type"))
    if kind is None:
        problems.append(Problem("template", f"the parameter {member.name} has no Type", member.header, relevant=False))
        kind = "String"
    elif _KIND.fullmatch(kind) is None and "${" not in kind:
        message = f"the parameter {member.name} has the type {kind}, which CloudFormation does not know"
        problems.append(Problem("template", message, member.header, relevant=False))
    from_store = kind.startswith(SSM_VALUE)
    inner = kind.removeprefix(SSM_VALUE).removesuffix(">") if from_store else kind
    pattern = member.entry("AllowedPattern")
    if pattern is not None and (slip := slip_in(_scalar(pattern.value) or "")):
        message = f"the pattern of the parameter {member.name} is no regular expression: {slip}"
        problems.append(Problem("template", message, pattern.value.span, relevant=False))
    allowed = member.get("AllowedValues")
    if isinstance(allowed, Scalar | Mapping):
        message = f"what the parameter {member.name} allows must be a list"
        problems.append(Problem("template", message, allowed.span, relevant=False))
    default = member.entry("Default")
    found = Parameter(
        member=member,
        kind=kind,
        type=_type(inner),
        from_store=from_store,
        secret=_scalar(member.get("NoEcho")) == "true",
        default=None,
        has_default=False,
        allowed=dict.fromkeys(one for item in allowed.items if (one := _scalar(item)) is not None)
        if isinstance(allowed, Sequence)
        else _words(_scalar(member.get("AllowedPattern"))),
        pattern=_scalar(member.get("AllowedPattern")),
        least=_number(member, "MinValue"),
        most=_number(member, "MaxValue"),
        shortest=_whole(member, "MinLength"),
        longest=_whole(member, "MaxLength"),
    )
    if default is None or from_store:
        return found
    return _with_default(found, default.value, problems)


def _words(pattern: str | None) -> dict[str, None]:
    """The words that a pattern lists, where it does nothing else: they are all values that it allows."""
    found = _LISTED.fullmatch(pattern) if pattern is not None else None
    return {} if found is None else dict.fromkeys(found[1].split("|"))


def _with_default(declared: Parameter, node: Node, problems: list[Problem]) -> Parameter:
    written: Value = _scalar(node)
    if isinstance(node, Sequence):
        message = f"the default of the parameter {declared.name} must be text, also of a list: its items with commas"
        problems.append(Problem("template", message, node.span, relevant=False))
        written = ",".join(_scalar(item) or "" for item in node.items)
    if written is None or isinstance(node, Mapping):
        message = f"the default of the parameter {declared.name} must be text"
        problems.append(Problem("template", message, node.span, relevant=False))
        return declared
    value = declared.read(written)
    if value is None or declared.fits(value) is False:
        message = f"the default of the parameter {declared.name} is not among the values that it allows"
        problems.append(Problem("template", message, node.span, relevant=False))
        return declared
    return replace(declared, default=value, has_default=True)


def _type(kind: str) -> Type:
    if kind == "Number":
        return NUMBER
    if kind == "CommaDelimitedList" or kind.startswith("List<"):
        return TEXTS
    return STRING


def _texts(value: Value) -> Value:
    match value:
        case Items(items=items):
            return Items("list", tuple(map(text, items)), STRING)
        case str():
            return Items("list", tuple(part.strip() for part in value.split(",")), STRING)
        case Unknown(type=kind) if kind == TEXTS:
            return value
        case _:
            return split(",", value)


def _scalar(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


def _number(member: Member, name: str) -> int | Decimal | None:
    return number(_scalar(member.get(name)))


def _whole(member: Member, name: str) -> int | None:
    found = _number(member, name)
    return found if isinstance(found, int) else None
