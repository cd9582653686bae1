"""Terraform plans as `terraform show -json` prints them: what there will be once the plan is applied."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Input, Leaf, Origin, Ref, Unknown, Value
from iac_keycheck.evidence.json_walk import Broken, JsonText
from iac_keycheck.evidence.plan_configuration import Configuration, Owners, configuration
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.evidence.state import shown_objects, shown_state
from iac_keycheck.evidence.terraform_objects import account_id, block_of, is_asked_for, of_nobody, seen
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import ACCESS_KEY, TERRAFORM_TYPES, USER, Account, Gap
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_NOT_TOLD = "its user is known after apply only, and the plan does not tell whose name it is"
_PUT_OFF = "the plan puts it off to a later one"
_STATUS = "its status is known after apply only"


@dataclass(frozen=True, slots=True)
class Object:
    """An object of a plan, where it stands (its module, its block there, its key), and what is unknown of it.

    ``account`` is None where nothing tells it.
    """

    seen: Seen
    module: str
    block: str
    key: object
    unknown: frozenset[str]
    account: Account | None


def plan(text: JsonText, members: Mapping[str, int]) -> Reading:
    """Read a plan. One that only refreshes has no changes: it shows the state as it is."""
    if "resource_changes" not in members and "prior_state" in members:
        return shown_state(text, dict(text.members(members["prior_state"])))
    reader = _Reader(text)
    errored = complete = None
    try:
        if "configuration" in members:
            reader.configuration = configuration(text, members["configuration"])
        for at in text.elements(members["resource_changes"]) if "resource_changes" in members else ():
            if is_asked_for(text, at):
                reader.change(text.object(at), text.span(at))
        for at in text.elements(members["deferred_changes"]) if "deferred_changes" in members else ():
            if is_asked_for(text, at):
                reader.put_off(text.object(at), text.span(at))
        if "planned_values" in members:
            reader.unchanged(members["planned_values"])
        errored, complete = (text.load(members[name]) if name in members else None for name in ("errored", "complete"))
    except Broken as broken:
        text.faults.append(broken)
    return reader.reading(errored=errored is True, complete=complete is not False and not text.faults)


@dataclass(slots=True)
class _Reader:
    text: JsonText
    configuration: Configuration = field(default_factory=Configuration)
    objects: list[Object] = field(default_factory=list)
    addresses: set[str] = field(default_factory=set)
    gaps: list[Gap] = field(default_factory=list)

    def change(self, entry: Mapping[str, Any], span: Span) -> None:
        """Add what there is of an object after its change."""
        change, kind, address = entry.get("change"), entry.get("type"), entry.get("address")
        if (
            entry.get("mode") != "managed"
            or not isinstance(kind, str)
            or kind not in TERRAFORM_TYPES
            or not isinstance(change, dict)
        ):
            return
        if not isinstance(address, str):
            return
        before, after = (change[side] if isinstance(change.get(side), dict) else {} for side in ("before", "after"))
        actions = change.get("actions")
        actions = [word for word in actions if isinstance(word, str)] if isinstance(actions, list) else []
        deposed = entry.get("deposed")
        if deposed:
            address = f"{address} (deposed {deposed})"
        else:
            self.addresses.add(address)
        if "create" in actions:
            made = replace(
                seen(kind, address, span, after, change.get("after_sensitive")),
                existed=change.get("importing") is not None,
                made=None,
                credential=None,
            )
            self._add(entry, made, after, _flags(change.get("after_unknown")))
        if "forget" in actions:
            # what Terraform forgets stays where it is
            self._add(entry, seen(kind, f"{address} (forgotten)", span, before, change.get("before_sensitive")), before)
        if not {"create", "forget", "delete"} & set(actions):
            there = {**before, **after}
            kept = seen(kind, address, span, there, change.get("after_sensitive"))
            self._add(entry, kept, there, _flags(change.get("after_unknown")))

    def put_off(self, entry: Mapping[str, Any], span: Span) -> None:
        """Note a change that is left to a later plan."""
        change = entry.get("resource_change")
        address = change.get("address") if isinstance(change, dict) else None
        if isinstance(address, str):
            self.addresses.add(address)
            self.gaps.append(Gap(address, _PUT_OFF, span))

    def unchanged(self, at: int) -> None:
        """Add the objects of the planned values for which no change is listed."""
        for _, one, attributes in shown_objects(self.text, at):
            if one.address not in self.addresses and " " not in one.address:
                self._add({}, one, attributes)

    def reading(self, *, errored: bool, complete: bool) -> Reading:
        """All of it, with the users that are known after apply only resolved."""
        found = tuple(self._resolved())
        whole = complete and not errored
        blocks = {one.block for one in found} | {block_of(address) for address in self.addresses}
        declared = set(self.configuration.blocks()) if whole else set()
        others: Any = ("certain" if declared else "none") if whole else "all"
        problems = () if whole else (_unfinished(self.text, errored=errored),)
        return Reading(
            self.text.path,
            "plan",
            found,
            frozenset(blocks | declared),
            others,
            gaps=tuple(self.gaps),
            problems=problems,
        )

    def _add(
        self, entry: Mapping[str, Any], one: Seen, attributes: Mapping[str, Any], unknown: frozenset[str] = frozenset()
    ) -> None:
        if one.kind == ACCESS_KEY and "status" in unknown:
            self.gaps.append(Gap(one.address, _STATUS, one.span))
            return
        type_ = one.kind
        said = entry.get("module_address", one.address.rpartition(f".{type_}.")[0])
        module = said if isinstance(said, str) else ""
        block = f"{type_}.{one.block.rpartition(f'{type_}.')[2]}"
        owner = account_id(attributes)
        account = self.configuration.account(module, block) or (Account((("account", owner),)) if owner else None)
        placed = replace(one, late=one.existed and one.kind == ACCESS_KEY)
        self.objects.append(Object(placed, module, block, entry.get("index"), unknown, account))

    def _resolved(self) -> Iterator[Seen]:
        """The objects with their accounts, and with what is known after apply only as far as it can be told."""
        known = {one.account.settings: one.account for one in self.objects if one.account is not None}
        only = next(iter(known.values())) if len(known) == 1 else Account()
        users: dict[tuple[str, str], dict[object, str]] = {}
        names: dict[str, Ref] = {}
        for one in self.objects:
            if one.seen.kind == USER:
                users.setdefault((one.module, one.block), {})[one.key] = one.seen.address
                name = _computed(one.seen.address) if "name" in one.unknown else one.seen.values.get("name")
                names[one.seen.address] = Ref(one.seen.address, name, one.account or only)
        owners = Owners(lambda module, block: users.get((module, block), {}), _modules(self.objects))
        for one in self.objects:
            values: dict[str, Value] = dict(one.seen.values)
            if "name" in one.unknown:
                values["name"] = _computed(one.seen.address)
            if "user" in one.unknown:
                place = self.configuration.place(one.module)
                owner = owners.of_resource(place, one.block, one.key) if place else None
                values["user"] = names[owner] if owner else of_nobody(one.seen.address, _NOT_TOLD)
            yield replace(one.seen, values=values, account=one.account or only)


def _modules(objects: Iterable[Object]) -> set[str]:
    """The addresses of all module instances that objects stand in."""
    found: set[str] = set()
    for module in {one.module for one in objects}:
        rest = module
        while rest:
            found.add(rest)
            rest = rest.rpartition(".module.")[0]
    return found


def _flags(unknown: object) -> frozenset[str]:
    if unknown is True:
        return frozenset({"name", "user", "status"})
    flags = unknown if isinstance(unknown, dict) else {}
    return frozenset(name for name in ("name", "user", "status") if flags.get(name) is True)


def _computed(address: str) -> Unknown:
    return Unknown(Leaf(Input(f"{address}.name", Origin.COMPUTED, STRING)), STRING, not_null=True)


def _unfinished(text: JsonText, *, errored: bool) -> Problem:
    why = "ended with an error" if errored else "is not complete (only some resources, or some put off)"
    message = f"this plan {why}: it is used for what it shows"
    return Problem("incomplete", message, text.span(next(iter(text.documents()))), relevant=False)
