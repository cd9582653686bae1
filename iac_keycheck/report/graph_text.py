"""The graph for a person to read: the users of each deployment with their keys and logins, from its JSON form."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.records import dataclass
from iac_keycheck.report.visible import visible
from iac_keycheck.report.words import why_open
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

_WORDS: Final = {USER: "user", ACCESS_KEY: "key", LOGIN_PROFILE: "login"}


@dataclass(frozen=True, slots=True)
class _Thing:
    """One instance of a resource, or a resource whose instances are not known, and what is said of it.

    ``owners`` are the address and the name, as far as they are known, of the user that it is or belongs to.
    """

    kind: str
    address: str
    owners: frozenset[str]
    owner: str
    remark: str
    place: str


def tree(graph: dict[str, Any]) -> str:
    """The graph as text."""
    return "".join(f"{line}\n" for deployment in graph["deployments"] for line in _deployment(deployment))


def _deployment(deployment: dict[str, Any]) -> Iterator[str]:
    things = [thing for resource in deployment["resources"] for thing in _things(resource)]
    users = [thing for thing in things if thing.kind == USER]
    others = [thing for thing in things if thing.kind != USER]
    yield f"{visible(deployment['name'])} ({visible(deployment['language'])})"
    if not things:
        yield "  no users and no access keys"
    for user in users:
        yield _line(user, "  ")
        yield from (_line(thing, "    ") for thing in others if thing.owners & user.owners)
    known = frozenset(owner for user in users for owner in user.owners)
    strangers = [thing for thing in others if not thing.owners & known]
    for owner in dict.fromkeys(thing.owner for thing in strangers):
        yield f"  user {owner}"
        yield from (_line(thing, "    ") for thing in strangers if thing.owner == owner)


def _line(thing: _Thing, indent: str) -> str:
    what = f"{indent}{_WORDS.get(thing.kind, thing.kind)} {thing.address}{thing.remark}"
    return f"{what:<60}  {thing.place}"


def _things(resource: dict[str, Any]) -> Iterator[_Thing]:
    place = f"{visible(resource['location']['path'])}:{resource['location']['line']}"
    instances = resource["instances"]
    decided = ""
    if isinstance(instances, dict) and resource.get("possible"):
        decided = _unknown(instances)
        instances = resource["possible"]
    if isinstance(instances, dict):
        address = f"{resource['address']}[*]"
        remark = f" ({_unknown(instances)})"
        yield _Thing(resource["kind"], visible(address), frozenset((address,)), "that is not known", remark, place)
        return
    for instance in instances:
        attributes = instance["attributes"]
        address = instance["address"]
        if resource["kind"] == USER:
            name = attributes.get("name")
            remark = f" {_shown(name)}{f' ({decided})' if decided else ''}"
            yield _Thing(USER, visible(address), _names(address, name), visible(address), remark, place)
        else:
            user = attributes.get("user")
            status = attributes.get("status", "")
            state = _shown(status) if isinstance(status, dict) else visible(str(status))
            said = ", ".join(filter(None, (state, decided)))
            remark = f" ({said})" if said else ""
            yield _Thing(resource["kind"], visible(address), _owners(user), _stranger(user), remark, place)


def _owners(user: Any) -> frozenset[str]:  # noqa: ANN401 — JSON
    if isinstance(user, dict) and "ref" in user:
        return _names(user["ref"], user["value"])
    return _names(None, user)


def _names(address: str | None, name: Any) -> frozenset[str]:  # noqa: ANN401 — JSON
    """The labels by which a user is found: its address, and its name, which no address can be."""
    labels = [] if address is None else [address]
    if isinstance(name, str):
        labels.append(f"={name.casefold()}")
    return frozenset(labels)


def _stranger(user: Any) -> str:  # noqa: ANN401 — JSON
    """A user that is not among the declared ones."""
    return f"{_shown(user)}, not declared here" if isinstance(user, str) else f"that {_shown(user)}"


def _shown(value: Any) -> str:  # noqa: ANN401 — JSON
    match value:
        case {"ref": address}:
            return f"is {visible(str(address))}"
        case dict():
            return _unknown(value)
        case _:
            return f'"{visible(str(value))}"'


def _unknown(value: dict[str, Any]) -> str:
    return why_open(value) or "is not known"
