"""Guards of keys in Terraform code that guard nothing: conditions on what does not exist, rules that look too late."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.cloudformation.conformance_packs import joined, late_rules, managed_rules
from iac_keycheck.deciding.terms import equal
from iac_keycheck.deciding.values import Concat, Entries, Refused, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Claim, Period
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.references import calls, references
from iac_keycheck.terraform.sites import Site, Tree, nested, value_of
from iac_keycheck.terraform.syntax import Attribute, Block, Call, Expression, ObjectCons, Template
from iac_keycheck.users.empty_guards import (
    CONDITION_KEY,
    CONFIG_RULES,
    LIMIT,
    effect,
    late,
    limit_in,
    operators_on_key,
)

_POLICIES = ("policy", "content", "policy_document", "assume_role_policy")
# a policy that is written elsewhere: what is called so, and is not from a data source, which is judged itself
_FROM_ELSEWHERE = expression(
    r"(?:policy(?<!\wpolicy)(?:_document)?|content(?<!\wcontent))\b\"?\s*[=:][^\n]*(?:\b(?:local|var|module)\.|file\()"
)
_CONFIG = expression(r"\b(?:source_identifier|rule_identifier|template_body)\b")


def texts(node: object) -> Iterator[str]:
    """The plain texts in an expression."""
    match node:
        case str():
            yield node
        case Template(parts=parts):
            yield from (part for part in parts if isinstance(part, str))
            yield from texts(tuple(part for part in parts if not isinstance(part, str)))
        case tuple():
            for part in node:
                yield from texts(part)
        case _ if hasattr(node, "__dataclass_fields__"):
            for name in node.__dataclass_fields__:
                if name in ("arguments", "items", "result", "then", "otherwise", "left", "right", "collection"):
                    yield from texts(getattr(node, name))
        case _:
            return


def guards(tree: Tree) -> Iterator[Claim]:
    """The guards that guard nothing."""
    for mode in ("resource", "data"):
        for site in tree.sites(mode, _has_condition):
            yield from _conditions(site)
    for site in tree.sites("resource", _has_policy_from_elsewhere):
        for attribute in _policies(site):
            yield from _in_policy(site, attribute)
    for site in tree.sites("resource", _is_of_config):
        yield from _config_rules(site)


def _is_of_config(text: str) -> bool:
    return ("_identifier" in text or "template_body" in text) and _CONFIG.search(text) is not None


def _has_condition(text: str) -> bool:
    return CONDITION_KEY in text.casefold()


def _has_policy_from_elsewhere(text: str) -> bool:
    return ("policy" in text or "content" in text) and _FROM_ELSEWHERE.search(text) is not None


def _policies(site: Site) -> Iterator[Attribute]:
    """The policies of a block, but for those in which the key stands as text."""
    body = site.block.body
    for name in _POLICIES:
        if name in body.attributes and not _says_key(body.attributes[name]):
            yield body.attributes[name]
    for inner, _ in nested(body, "inline_policy"):
        if "policy" in inner.attributes:
            yield inner.attributes["policy"]


def _conditions(site: Site) -> Iterator[Claim]:
    for statement, statements in nested(site.block.body, "statement"):
        for condition, conditions in nested(statement, "condition"):
            variable, test = condition.attributes.get("variable"), condition.attributes.get("test")
            if variable is None or test is None:
                continue
            for frame in _frames(site, statements, conditions):
                said = plain(value_of(variable.expression, frame))
                if isinstance(said, str) and said.casefold() == CONDITION_KEY:
                    operator = plain(value_of(test.expression, frame))
                    written = (block for block in statement.nested("condition") if block.body is condition)
                    place = next(written, variable)
                    yield _on_key(site, place, operator if isinstance(operator, str) else "its operator")
                    break
    for attribute in site.block.body.attributes.values():
        if _says_key(attribute):
            yield from _in_policy(site, attribute)


def _frames(site: Site, *ways: Callable[[Frame], Iterator[Frame]]) -> list[Frame]:
    """The frames of a nested block in the instances of the block around it."""
    found = site.frames()
    frames = list(found) if isinstance(found, tuple) else []
    for way in ways:
        frames = [inner for outer in frames for inner in way(outer)]
    return frames


def _in_policy(site: Site, attribute: Attribute) -> Iterator[Claim]:
    """What is said of a policy by the first condition in it on the key that does not exist."""
    frames = site.frames()
    values = [value_of(attribute.expression, frame) for frame in frames] if isinstance(frames, tuple) else []
    found = dict.fromkeys(operator for value in values for operator in operators_on_key(value))
    for operator in list(found)[:1]:
        yield _on_key(site, attribute, operator)


def _says_key(attribute: Attribute) -> bool:
    return any(CONDITION_KEY in text.casefold() for text in texts(attribute.expression))


def _text(node: Expression) -> str:
    return "".join(texts(node)).casefold()


def _on_key(site: Site, place: Attribute | Block, operator: str) -> Claim:
    message = f"there is no condition key iam:AccessKeysCount: {operator} on it {effect(operator)}"
    return Claim(site.fact(place.span, lambda _frame: True), message)


def _config_rules(site: Site) -> Iterator[Claim]:
    body = site.block.body
    parameters = body.attributes.get("input_parameters")
    named = [
        inner.attributes["source_identifier"]
        for inner, _ in nested(body, "source")
        if "source_identifier" in inner.attributes
    ]
    named += [body.attributes[name] for name in ("rule_identifier",) if name in body.attributes]
    for attribute in named:
        for rule in _rules(attribute):
            yield _managed(site, rule, parameters, attribute)
    template = body.attributes.get("template_body")
    if template is not None:
        yield from _of_template(site, template)


def _rules(identifier: Attribute) -> tuple[str, ...]:
    """The managed rules about keys that an identifier may name: all, where it does not say so itself."""
    said = tuple(texts(identifier.expression))
    own = tuple(rule for rule in CONFIG_RULES if rule in said)
    return own if own or not any(True for _ in references(identifier.expression)) else tuple(CONFIG_RULES)


def _of_template(site: Site, template: Attribute) -> Iterator[Claim]:
    """The managed rules of a conformance pack, or of a stack, that look too late."""

    def limits(frame: Frame, rule: str) -> list[Value]:
        match plain(value_of(template.expression, frame)):
            case str(text):
                return [limit for named, limit in managed_rules(text, {}, _given(site, frame)) if named == rule]
            case Unknown(term=Concat(parts=parts)):
                text, marked = joined(parts)
                return [limit for named, limit in managed_rules(text, marked, _given(site, frame)) if named == rule]
            case _:
                return []

    frames = site.frames()
    for first in frames[:1] if isinstance(frames, tuple) else ():
        for rule, shown, is_late in late_rules(first, limits, too_late):
            yield Claim(site.fact(template.span, is_late), late(rule, _shown(shown)))


def _given(site: Site, frame: Frame) -> dict[str, Value]:
    """The parameters that a conformance pack, or a stack, is deployed with."""
    body = site.block.body
    passed = body.attributes.get("parameters")
    stack = plain(value_of(passed.expression, frame)) if passed else None
    given = dict(stack.entries) if isinstance(stack, Entries) else {}
    for inner, frames in nested(body, "input_parameter"):
        name, value = inner.attributes.get("parameter_name"), inner.attributes.get("parameter_value")
        for one in frames(frame) if name is not None and value is not None else ():
            if name is not None and value is not None:
                given[str(plain(value_of(name.expression, one)))] = plain(value_of(value.expression, one))
    return given


def _managed(site: Site, rule: str, parameters: Attribute | None, identifier: Attribute) -> Claim:
    def limit(frame: Frame) -> Value:
        node = _argument(parameters, CONFIG_RULES[rule]) if parameters else None
        if node is not None:
            return plain(value_of(node, frame))
        return limit_in(plain(value_of(parameters.expression, frame)), rule) if parameters else None

    def is_late(frame: Frame) -> bool | Unknown:
        return plain(value_of(identifier.expression, frame)) == rule and too_late(limit(frame))

    frames = site.frames()
    shown = limit(frames[0]) if isinstance(frames, tuple) and frames else None
    place = parameters.span if parameters else site.block.header
    return Claim(site.fact(place, is_late), late(rule, _shown(shown)))


def _shown(limit: Value) -> int | str | None:
    return limit if isinstance(limit, int | str) else "a number of" if isinstance(limit, Unknown) else None


def too_late(limit: Value) -> bool | Unknown:
    """Whether a limit lies above the one that keys are to be replaced in, or is not given."""
    if limit is None:
        return True
    try:
        number = conversions.to_number(limit)
    except Refused:
        return False
    if isinstance(number, Unknown) and not number.not_null and isinstance(null := equal(number, None), Unknown):
        return null
    return Period(number).longer_than(LIMIT)


def _argument(parameters: Attribute, name: str) -> Expression | None:
    """The value of one parameter where they are put into JSON here."""
    for call in calls(parameters.expression):
        match call:
            case Call("jsonencode", (ObjectCons(items),)):
                for key, value in items:
                    if name in texts(key):
                        return value
            case _:
                pass
    return None
