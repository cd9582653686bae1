"""Whether two names lead to one user: by account, instance, name or unknown expression, the first that applies."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from iac_keycheck.deciding.shapes import BOOL, ListOf, MapOf, ObjectOf, SetOf, Type
from iac_keycheck.deciding.surroundings import constants_in
from iac_keycheck.deciding.terms import ONCE, RANDOM, equal, is_pure
from iac_keycheck.deciding.values import (
    Apply,
    Concat,
    Leaf,
    Origin,
    Ref,
    Refused,
    Sample,
    Term,
    Unknown,
    Value,
    leaves,
    mentioned,
    parts_of,
    plain,
)
from iac_keycheck.deciding.verdicts import Cannot, Verdict
from iac_keycheck.deciding.worlds import Inputs, Known, Members
from iac_keycheck.resource import Account, Instance

CHOICES = frozenset({"if", "lookup", "element", "try", "coalesce", "one", "attribute", "Fn::FindInMap"})
"""Operations whose result is one of their arguments or a part of them."""
DISTINCT_BITS = 32
"""Random values of at least this many bits are different for any two instances."""


def same_user(left: Instance, right: Instance, inputs: Inputs) -> Verdict:
    """Whether two instances belong to one user, in the world of the moment."""
    if left.account != right.account:
        return False
    return _same(_within(left.owner, left.account), _within(right.owner, right.account), inputs)


def owner_label(instance: Instance) -> str | None:
    """A word that is equal for instances that surely belong to one user; None where only a comparison can tell."""
    match _within(instance.owner, instance.account):
        case Ref(shown=shown, target=target):
            return f"@{shown or target}"
        case str(name):
            return name_label(name, instance.account)
        case _:
            return None


def has_other_name(instance: Instance, labels: Collection[str]) -> bool | Unknown:
    """Whether the user of an instance has none of the names of these labels, in the world of the moment."""
    if owner_label(instance) in labels:
        return False
    owner = _folded(instance.owner)
    if isinstance(owner, str):
        return name_label(owner, instance.account) not in labels
    choice = _choice(owner) if any(label.startswith("@") for label in labels) else None
    if choice is not None:
        # which of the branches is a user of these labels, the text of the name does not tell
        return choice
    for label in labels:
        same = equal(owner, label.partition("\0")[0])
        if same is not False:
            return same if isinstance(same, Unknown) else False
    return True


def waits_for_a_name(instance: Instance, inputs: Inputs) -> Unknown | None:
    """What tells a name of the user of an instance: a choice, or an input of which code or its files mention values."""
    owner = _folded(instance.owner)
    mentioning = (leaf for leaf in leaves(owner) if not _is_split(leaf, inputs) and _has_mentions(leaf))
    return _choice(owner) or next(map(_by_mentions, mentioning), None)


def name_label(name: str, account: Account) -> str:
    """The word for the user of a name in an account."""
    return f"{name.casefold()}\0{account.settings!r}" if account.settings else name.casefold()


def _within(owner: Value, account: Account) -> Value:
    """A user that another account's configuration manages counts as its name only."""
    return owner.value if isinstance(owner, Ref) and owner.account != account else owner


def _same(left: Value, right: Value, inputs: Inputs) -> Verdict:
    if isinstance(left, Unknown) and isinstance(right, Unknown) and left.term == right.term and is_pure(left.term):
        return True
    if isinstance(left, Ref) and isinstance(right, Ref):
        return left.target == right.target
    one, two = _folded(left), _folded(right)
    if isinstance(one, str) and isinstance(two, str):
        return one == two
    if isinstance(one, Unknown) and isinstance(two, Unknown) and one.term == two.term:
        return True if is_pure(one.term) else Cannot("the name is different at every run")
    if equal(one, two) is False or _random_apart(one, two):
        return False
    choice = _choice(one) or _choice(two)
    if choice is not None:
        return choice if _may_be(one, two) and _may_be(two, one) else False
    pending = _worth_splitting(one, two, inputs)
    if pending is not None:
        return pending
    weak = next((leaf.input for leaf in (*leaves(one), *leaves(two)) if 0 < leaf.input.entropy < DISTINCT_BITS), None)
    if weak is not None:
        return Cannot(f"{weak.name} is a random value of {weak.entropy} bits, and another may be equal to it")
    if _tells_time(one) and _tells_time(two):
        return Cannot("both names tell when they were made, which may be the same time")
    opaque = next((leaf.input for leaf in (*leaves(one), *leaves(two)) if leaf.input.origin is Origin.OPAQUE), None)
    if opaque is not None:
        return Cannot(opaque.reason or f"the user is {opaque.name}, which could not be read")
    shared = {(leaf.input.name, leaf.path) for leaf in leaves(one)} & {
        (leaf.input.name, leaf.path) for leaf in leaves(two)
    }
    if shared and not (_is_text_of_leaves(one) and _is_text_of_leaves(two)):
        return Cannot(f"both users depend on {min(shared)[0]}, and whether they are the same could not be told")
    return False


def _choice(value: Value | Term) -> Unknown | None:
    """The first part of a name that stands for one of several values, to be taken apart before names are compared."""
    match value:
        case Unknown(term=term):
            return _choice(term)
        case Concat(parts=parts):
            return next((found for part in parts if not isinstance(part, str) and (found := _choice(part))), None)
        case Apply(function) if function in CHOICES and any(True for _ in leaves(value)):
            return Unknown(value)
        case Apply(arguments=arguments):
            return next((found for argument in arguments if (found := _choice(argument))), None)
        case _:
            return None


def _may_be(value: Value | Term, name: Value) -> bool:
    """Whether one of several values may turn out to be this name: not where it is text that nothing in them says."""
    if not isinstance(name, str) or isinstance(name, Sample):
        return True
    match value:
        case str():
            return value.casefold() == name
        case Leaf(source):
            told = source.origin is Origin.OPAQUE or source.entropy
            return bool(told) or any(_may_be(one, name) for one in mentioned(value))
        case Apply("if", (condition, *branches)):
            said = (text for text in constants_in(condition) if isinstance(text, str))
            return any(_may_be(one, name) for one in (*branches, *said))
        case Apply("Fn::FindInMap") | Concat():
            return True
        case Apply(function) if function not in CHOICES:
            return True
        case _:
            return any(_may_be(part, name) for part in parts_of(value))


def _folded(owner: Value) -> Value:
    """The name in lower case, as far as it is known: names of users compare without regard to case."""
    match plain(owner):
        case Sample() as sample:
            return sample
        case str(name):
            return name.casefold()
        case Unknown(term=Concat(parts=parts)) as unknown:
            lowered = tuple(part.casefold() if isinstance(part, str) else part for part in parts)
            return Unknown(Concat(lowered), unknown.type, unknown.not_null)
        case Unknown(term=Apply("if", (condition, *branches))) as unknown:
            folded = tuple(_folded(branch) if _may_be_text(branch) else branch for branch in branches)
            return Unknown(Apply("if", (condition, *folded)), unknown.type, unknown.not_null)
        case Unknown() as unknown:
            return unknown
        case None:
            raise Refused("a key must name its user")
        case other:
            raise Refused(f"a user's name is text, not {type(other).__name__}")


def _may_be_text(value: Value) -> bool:
    return isinstance(plain(value), str | Unknown)


def _random_apart(one: Value, two: Value) -> bool:
    mine, theirs = set(_random_parts(one)), set(_random_parts(two))
    # a random value is in the one and not in the other: nothing makes them equal
    return mine != theirs and _is_text_of_leaves(one) and _is_text_of_leaves(two)


def _random_parts(value: Value) -> Iterator[Term]:
    """What is different for any two instances, or calls."""
    yield from (leaf for leaf in leaves(value) if leaf.input.entropy >= DISTINCT_BITS)
    match value:
        case Unknown(term=Concat(parts=parts)):
            yield from (part for part in parts if isinstance(part, Apply) and _is_random_call(part))
        case Unknown(term=term) if _is_random_call(term):
            yield term
        case _:
            pass


def _is_random_call(term: Value | Term) -> bool:
    match term:
        case Apply(function, (Unknown(term=Apply(called)), _)):
            return function == ONCE and called in RANDOM
        case _:
            return False


def _tells_time(value: Value | Term) -> bool:
    match value:
        case Apply("timestamp"):
            return True
        case _:
            return any(map(_tells_time, parts_of(value)))


def _is_text_of_leaves(value: Value) -> bool:
    match value:
        case str():
            return True
        case Unknown(term=Concat(parts=parts)):
            return not any(isinstance(part, Apply) and not _is_random_call(part) for part in parts)
        case Unknown(term=term):
            return isinstance(term, Leaf) or _is_random_call(term)
        case _:
            return False


def _worth_splitting(one: Value, two: Value, inputs: Inputs) -> Unknown | None:
    """The comparison, where some input in it has values that the code or its files mention."""
    for side, other in ((one, two), (two, one)):
        for leaf in leaves(side):
            if _is_split(leaf, inputs):
                continue
            if _has_mentions(leaf):
                return _by_mentions(leaf)
            own = isinstance(other, Sample) and _is_of(other, leaf, inputs)
            given = None if own or not _is_member(leaf) else _given_to_sibling(leaf, inputs)
            if _is_member(leaf) and (own or given or any(_siblings(leaf, peer) for peer in leaves(other))):
                constant = given or (other if isinstance(other, Sample) else Sample("a"))
                return Unknown(Apply("==", (Unknown(leaf, _declared(leaf)), constant)), BOOL)
    return None


def _is_split(leaf: Leaf, inputs: Inputs) -> bool:
    """Whether something is assumed of an input in the world of the moment."""
    return inputs.world.get((leaf.input.name, leaf.path)) is not None


def _by_mentions(leaf: Leaf) -> Unknown:
    """What splits an input by the values that are mentioned for it."""
    return Unknown(Apply("same", (Unknown(leaf, _declared(leaf)),)), BOOL)


def _given_to_sibling(leaf: Leaf, inputs: Inputs) -> Sample | None:
    """The text that was made up for the same part of another member: what is made of both may be the same."""
    within = len(leaf.path) > 1
    for (name, path), cell in inputs.world.items():
        is_part = len(path) == len(leaf.path) and not (within and path[-1] != leaf.path[-1])
        if name == leaf.input.name and path != leaf.path and is_part:
            match cell:
                case Known(Sample() as text):
                    return text
                case _:
                    pass
    return None


def _is_of(sample: Sample, leaf: Leaf, inputs: Inputs) -> bool:
    """Whether a text was made up for the same input: nothing sets those of others equal."""
    for (name, _), cell in inputs.world.items():
        if name == leaf.input.name:
            match cell:
                case Members(keys, listed=False) if sample in keys:
                    return True
                case Known(value) if value == sample:
                    return True
    return False


def _has_mentions(leaf: Leaf) -> bool:
    if _declared(leaf) == BOOL:
        return True
    return any(isinstance(value, str) for value in mentioned(leaf))


def _is_member(leaf: Leaf) -> bool:
    return any(isinstance(kind, ListOf | MapOf | SetOf) for kind, _ in _walk(leaf)) or (
        bool(leaf.path) and not isinstance(leaf.input.type, ObjectOf)
    )


def _siblings(one: Leaf, two: Leaf) -> bool:
    """Whether two leaves are the same part of two members of one collection."""
    return one.input == two.input and one.path != two.path and len(one.path) == len(two.path) and _is_member(one)


def _declared(leaf: Leaf) -> Type:
    kind = leaf.input.type
    for kind, _ in _walk(leaf):  # noqa: B007 — the last one
        pass
    return kind


def _walk(leaf: Leaf) -> Iterator[tuple[Type, str]]:
    kind: Type = leaf.input.type
    yield kind, ""
    for step in leaf.path:
        match kind:
            case ListOf(element) | SetOf(element) | MapOf(element):
                kind = element
            case ObjectOf(attributes) if step in attributes:
                kind = attributes[step]
            case _:
                return
        yield kind, step
