"""From evidence to deployments that rules read as they read code, each on its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Input, Leaf, Origin, Ref, Unknown, Value, plain
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import USER, Account, Declaration, Deployment, Instance
from iac_keycheck.source import Span
from iac_keycheck.users.observed import Credential

Values = Mapping[str, Mapping[str, Value]]
"""The attributes of objects, by their addresses."""


def standalone(reading: Reading) -> Iterator[Deployment]:
    """The deployments of evidence that no scanned code belongs to: one, or one for each account in a report."""
    accounts = dict.fromkeys(one.account for one in reading.objects) if reading.language == "report" else {}
    parts = [[one for one in reading.objects if one.account == account] for account in accounts] or [[*reading.objects]]
    for index, objects in enumerate(parts):
        values = values_of(objects)
        credentials = tuple(credential(one, values, one.span) for one in objects if one.credential is not None)
        yield Deployment(
            reading.path,
            reading.language,
            Space(Inputs()),
            tuple(declared(one, values) for one in objects),
            gaps=reading.gaps if index == 0 else (),
            problems=reading.problems if index == 0 else (),
            evidence=replace(reading.evidence, credentials=tuple(one for one in credentials if one is not None)),
        )


def declared(one: Seen, values: Values) -> Declaration:
    """An object as a declaration of one instance, whose place is in the evidence."""
    instance: Instance
    # two objects may stand behind one address, and in one place
    address = one.block + one.address.removeprefix(one.address.partition(" ")[0])
    declaration = Declaration(one.kind, address, one.span, one.span, lambda: (instance,), undeclared=True)
    attributes = values[one.address]
    instance = Instance(
        declaration, one.address, attributes.get, one.account, imported=one.existed, late=one.late, seen=one.span
    )
    return declaration


def credential(one: Seen, values: Values, span: Span) -> Credential | None:
    """What an object tells of its credential, with its user as far as it is known and may be named."""
    if one.credential is None:
        return None
    user = values[one.address].get("user")
    name = plain(user)
    address = user.target if isinstance(user, Ref) else None
    return replace(one.credential, user=name if isinstance(name, str) else None, user_address=address, span=span)


def values_of(objects: Iterable[Seen]) -> Values:
    """The attributes of objects. A user who is shown as well is a reference; what is hidden is an unknown."""
    shown = [*objects]
    names = _Names({name.casefold() for one in shown for name in _names(one, hidden=False)})
    users: dict[tuple[Account, str], Ref] = {}
    for one in shown:
        if one.kind == USER:
            for name in _names(one, hidden=True):
                ref = Ref(one.address, names.value(one, "name"), one.account)
                users.setdefault((one.account, name.casefold()), ref)
    return {one.address: dict(_attributes(one, users, names)) for one in shown}


def _attributes(one: Seen, users: Mapping[tuple[Account, str], Ref], names: _Names) -> Iterator[tuple[str, Value]]:
    for attribute, value in one.values.items():
        known = users.get((one.account, value.casefold())) if attribute == "user" and isinstance(value, str) else None
        yield attribute, known or names.value(one, attribute)


@dataclass(slots=True)
class _Names:
    """What may be printed. A hidden text is an unknown, the same wherever it stands, unless it stands in clear too."""

    printed: set[str]
    hidden: dict[str, int] = field(default_factory=dict)

    def value(self, one: Seen, attribute: str) -> Value:
        value = one.values[attribute]
        if attribute not in one.hidden or not isinstance(value, str) or value.casefold() in self.printed:
            return value
        number = self.hidden.setdefault(value.casefold(), len(self.hidden) + 1)
        source = Input(f"sensitive name {number}", Origin.COMPUTED, STRING, sensitive=True)
        return Unknown(Leaf(source), STRING, not_null=True)


def _names(one: Seen, *, hidden: bool) -> Iterator[str]:
    for attribute in ("name", "user"):
        value = one.values.get(attribute)
        if isinstance(value, str) and (hidden or attribute not in one.hidden):
            yield value
