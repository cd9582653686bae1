"""What a picture of the graph shows, from its JSON form: users with what is theirs, conditions, ends of secrets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from iac_keycheck.records import dataclass, replace
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import why_open
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, without_keys

State = Literal["active", "inactive", "open", "absent"]
_NOT_KNOWN: Final = "user not known"
_WORDS: Final = {ACCESS_KEY: "key", LOGIN_PROFILE: "login"}


@dataclass(frozen=True, slots=True)
class Sink:
    """Where the secret of a key ends in clear; ``certain`` is False where inputs decide it."""

    label: str
    place: str
    certain: bool


@dataclass(frozen=True, slots=True)
class Item:
    """A key or a login. ``condition`` says what decides whether it is there; ``state`` is that of a key.

    ``open`` is what inputs decide, ``absent`` what is not there with the committed values.
    """

    kind: str
    address: str
    state: State
    place: str
    condition: str
    sinks: tuple[Sink, ...] = ()


@dataclass(frozen=True, slots=True)
class Owner:
    """A user with what is theirs; ``declared`` is False for one that only keys name.

    ``known`` is False where keys are shown together only because nothing is known of their users.
    """

    label: str
    remark: str
    declared: bool
    place: str
    items: tuple[Item, ...]
    known: bool = True

    @property
    def crowded(self) -> bool:
        """Whether more than one key is active with the committed values."""
        return self.known and sum(item.kind == "key" and item.state == "active" for item in self.items) > 1


@dataclass(frozen=True, slots=True)
class Panel:
    """One deployment."""

    name: str
    language: str
    owners: tuple[Owner, ...]


def size(owner: Owner) -> int:
    """How many boxes an owner takes, with what is theirs."""
    return 1 + sum(1 + bool(item.condition) + len(item.sinks) for item in owner.items)


def bounded(shown: Iterable[Panel], room: int) -> tuple[tuple[Panel, ...], int]:
    """The panels with as many users as ``room`` boxes hold, and how many users are left out.

    Users with most to tell come first: more than one active key, secrets in clear, conditions. The order stays.
    """
    panels_ = tuple(shown)
    ranked = sorted(
        ((_rank(owner), panel, index) for panel, one in enumerate(panels_) for index, owner in enumerate(one.owners)),
    )
    kept: set[tuple[int, int]] = set()
    for _, panel, index in ranked:
        room -= size(panels_[panel].owners[index])
        if room < 0 and kept:
            break
        kept.add((panel, index))
    fewer = (
        replace(one, owners=tuple(owner for index, owner in enumerate(one.owners) if (number, index) in kept))
        for number, one in enumerate(panels_)
    )
    return tuple(panel for panel in fewer if panel.owners), len(ranked) - len(kept)


def _rank(owner: Owner) -> tuple[bool, bool, bool, bool]:
    items = owner.items
    return (
        not owner.crowded,
        not any(item.sinks for item in items),
        not any(item.condition for item in items),
        not items,
    )


def panels(graph: dict[str, Any]) -> tuple[Panel, ...]:
    """The deployments that have something to show, all text visible."""
    made = (_panel(deployment) for deployment in graph.get("deployments", ()))
    return tuple(panel for panel in made if panel.owners)


@dataclass(frozen=True, slots=True)
class _Found:
    labels: frozenset[str]
    stranger: str
    item: Item


def _panel(deployment: dict[str, Any]) -> Panel:
    resources = deployment["resources"]
    sinks = _sinks(deployment)
    found = [one for resource in resources if resource["kind"] in _WORDS for one in _items(resource, sinks)]
    users = [one for resource in resources if resource["kind"] == USER for one in _users(resource)]
    by_label: dict[str, dict[int, Item]] = {}
    for number, one in enumerate(found):
        for label in one.labels:
            by_label.setdefault(label, {})[number] = one.item
    owners = [_declared(user, labels, by_label) for user, labels in users]
    known = frozenset(label for _, labels in users for label in labels)
    strangers: dict[str, list[_Found]] = {}
    for one in found:
        if not one.labels & known:
            strangers.setdefault(one.stranger.casefold(), []).append(one)
    for those in strangers.values():
        name, items = those[0].stranger, [one.item for one in those]
        there = any(item.state in {"active", "inactive"} for item in items)
        remark = "not declared here" if there else "not declared with the committed values"
        owners.append(Owner(name, remark, declared=False, place="", items=tuple(items), known=name != _NOT_KNOWN))
    return Panel(visible(deployment["name"]), visible(deployment["language"]), tuple(owners))


def _declared(user: Owner, labels: frozenset[str], by_label: dict[str, dict[int, Item]]) -> Owner:
    items = {number: item for label in labels for number, item in by_label.get(label, {}).items()}
    return replace(user, items=tuple(items[number] for number in sorted(items)))


def _users(resource: dict[str, Any]) -> Iterator[tuple[Owner, frozenset[str]]]:
    place = _place(resource["location"])
    for address, attributes, remark in _instances(resource):
        name = attributes.get("name")
        said = f'"{visible(name)}"' if isinstance(name, str) else remark or _unknown(name)
        yield Owner(visible(address), said, declared=True, place=place, items=()), _labels(address, name)


def _sinks(deployment: dict[str, Any]) -> dict[str, tuple[Sink, ...]]:
    """By the addresses of the keys whose secrets end there."""
    found: dict[str, list[Sink]] = {}
    for secret in deployment.get("secrets", ()):
        sink = Sink(visible(secret["sink"]), _place(secret["location"]), secret["certainty"] != "possible")
        for key in secret["keys"]:
            found.setdefault(key, []).append(sink)
    return {key: tuple(sinks) for key, sinks in found.items()}


def _items(resource: dict[str, Any], sinks: dict[str, tuple[Sink, ...]]) -> Iterator[_Found]:
    place = _place(resource["location"])
    guard = resource["condition"]
    for address, attributes, remark in _instances(resource):
        user, status = attributes.get("user"), attributes.get("status", "")
        conditions = [remark] if remark else []
        if isinstance(status, dict):
            conditions.append(f"status: {_unknown(status)}")
        if guard is not None:
            conditions.append(f"if {_place(guard)}")
        state = _state(resource, status)
        item = Item(
            _WORDS[resource["kind"]], visible(address), state, place, ", ".join(conditions), _of(address, sinks)
        )
        if isinstance(user, dict) and "ref" in user:
            yield _Found(_labels(user["ref"], user["value"]), visible(user["ref"]), item)
        else:
            stranger = f'"{visible(user)}"' if isinstance(user, str) else _NOT_KNOWN
            yield _Found(_labels(None, user), stranger, item)


def _of(address: str, sinks: dict[str, tuple[Sink, ...]]) -> tuple[Sink, ...]:
    """The sinks of a key; those of a block whose instances are not told apart are those of all."""
    return sinks.get(address) or sinks.get(without_keys(address), ())


def _instances(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The address, attributes and remark of each instance, of those in some world, or of all where none is known."""
    instances = resource["instances"]
    if instances and not isinstance(instances, dict):
        yield from ((one["address"], one["attributes"], "") for one in instances)
        return
    remark = _unknown(instances) if isinstance(instances, dict) else "not there by default"
    if found := resource.get("possible"):
        yield from ((one["address"], one["attributes"], remark) for one in found)
    elif isinstance(instances, dict):
        yield f"{resource['address']}[*]", {}, remark
    elif resource["kind"] in _WORDS:
        yield resource["address"], {}, remark


def _state(resource: dict[str, Any], status: object) -> State:
    if isinstance(resource["instances"], dict) or isinstance(status, dict) or status is None:
        return "open"
    if not resource["instances"]:
        return "absent"
    return "inactive" if status == "Inactive" else "active"


def _labels(address: str | None, name: object) -> frozenset[str]:
    """By what a user is found: the address, and the name, which no address can be."""
    named = [f"={name.casefold()}"] if isinstance(name, str) else []
    return frozenset(named if address is None else [address, *named])


def _place(location: dict[str, Any]) -> str:
    return f"{visible(location['path'])}:{location['line']}"


def _unknown(value: object) -> str:
    return why_open(value) or "not known"
