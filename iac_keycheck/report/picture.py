"""What a picture of the graph shows: deployments, users with what is theirs, conditions; from its JSON form."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

from iac_keycheck.records import dataclass
from iac_keycheck.report.visible import visible
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER

State = Literal["active", "inactive", "open", "absent"]
_WORDS: Final = {ACCESS_KEY: "key", LOGIN_PROFILE: "login"}


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


@dataclass(frozen=True, slots=True)
class Owner:
    """A user with what is theirs; ``declared`` is False for one that only keys name."""

    label: str
    remark: str
    declared: bool
    place: str
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """One deployment."""

    name: str
    language: str
    owners: tuple[Owner, ...]


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
    found = [one for resource in resources if resource["kind"] in _WORDS for one in _items(resource)]
    users = [one for resource in resources if resource["kind"] == USER for one in _users(resource)]
    owners = [_declared(user, labels, found) for user, labels in users]
    known = frozenset(label for _, labels in users for label in labels)
    strangers = [one for one in found if not one.labels & known]
    for name in dict.fromkeys(one.stranger for one in strangers):
        items = tuple(one.item for one in strangers if one.stranger == name)
        owners.append(Owner(name, "not declared here", declared=False, place="", items=items))
    return Panel(visible(deployment["name"]), visible(deployment["language"]), tuple(owners))


def _declared(user: Owner, labels: frozenset[str], found: Iterable[_Found]) -> Owner:
    items = tuple(one.item for one in found if one.labels & labels)
    return Owner(user.label, user.remark, declared=True, place=user.place, items=items)


def _users(resource: dict[str, Any]) -> Iterator[tuple[Owner, frozenset[str]]]:
    place = _place(resource["location"])
    for address, attributes, remark in _instances(resource):
        name = attributes.get("name")
        said = f'"{visible(name)}"' if isinstance(name, str) else remark or _unknown(name)
        yield Owner(visible(address), said, declared=True, place=place, items=()), _labels(address, name)


def _items(resource: dict[str, Any]) -> Iterator[_Found]:
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
        item = Item(_WORDS[resource["kind"]], visible(address), state, place, ", ".join(conditions))
        if isinstance(user, dict) and "ref" in user:
            yield _Found(_labels(user["ref"], user["value"]), visible(user["ref"]), item)
        else:
            stranger = f'"{visible(user)}"' if isinstance(user, str) else "user not known"
            yield _Found(_labels(None, user), stranger, item)


def _instances(resource: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any], str]]:
    """The address, attributes and remark of each instance, or of all where they are not known, or not there."""
    instances = resource["instances"]
    if isinstance(instances, dict):
        yield f"{resource['address']}[*]", {}, _unknown(instances)
    elif instances:
        yield from ((one["address"], one["attributes"], "") for one in instances)
    elif resource["kind"] in _WORDS:
        yield resource["address"], {}, "not there by default"


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
    match value:
        case {"unknown": [_, *_] as names}:
            return f"depends on {', '.join(visible(str(name)) for name in names)}"
        case {"refused": reason} | {"undecided": reason}:
            return visible(str(reason))
        case _:
            return "not known"
