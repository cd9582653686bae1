"""What ``replace_triggered_by`` compares: a resource as a whole, or what stands at a path below one of its attributes.

Terraform replaces a key where what it finds there before the plan and after it differs. It finds nothing, both times,
where a step does not fit: a name below a map, a text in brackets below an object.
"""

from __future__ import annotations

from collections.abc import Sequence

from iac_keycheck.deciding.values import Entries, Items, Ref, Unknown, Value, plain
from iac_keycheck.facts import Mark
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.changing import BY_TURNS
from iac_keycheck.terraform.clocks import Clock, Clocks, Relay, ignored_changes, through
from iac_keycheck.terraform.sites import value_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

COMPUTED: Final = frozenset(
    {
        "id", "result", "bcrypt_hash", "hex", "dec", "base64", "b64_std", "b64_url", "base_rfc3339", "rfc3339",
        "rotation_rfc3339", "unix", "year", "month", "day", "hour", "minute", "second",
    }
)  # fmt: skip
"""Attributes that are others when their resource is replaced, unless it sets them."""
_MAPS: Final = ("triggers", "keepers")


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: by name (``.at``), or by what is in the brackets."""

    key: Value
    is_name: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """The clocks with which something changes; without any, why it stays though its resource changes."""

    clocks: tuple[Clock, ...]
    why_not: str = ""


def compared(clocks: Clocks, relay: Relay, attribute: str | None, path: Sequence[Step]) -> Compared:
    """What changes below an attribute of a relay, or the relay as a whole. Raises `Pending`."""
    changes = clocks.changes(relay)
    if attribute is None or not changes.of(None):
        return Compared(changes.of(None))
    is_output = relay.type == "terraform_data" and attribute == "output"
    argument = relay.block.body.attributes.get("input" if is_output else attribute)
    verb = "replaced" if changes.replaced else "updated"
    stays = f"{relay.address}.{attribute} stays what it is when {relay.address} is {verb}"
    if argument is None and relay.type in BY_TURNS:
        return Compared(changes.of(attribute), stays)
    if argument is None:
        found = changes.replaced if attribute in COMPUTED else ()
        return Compared(found, stays)
    value = value_of(argument.expression, relay.frame)
    below, misfit = _below(value, path, is_map=attribute in _MAPS)
    if misfit:
        return Compared((), f"what is named below {relay.address}.{attribute} is never there: {misfit}")
    if is_output:
        # made anew as a whole
        return Compared(() if plain(value) is None else changes.of("output"), stays)
    if ignored_changes(relay.block) & {attribute, "all"}:
        return Compared((), stays)
    mark = Mark(argument.span, f"{attribute} of {relay.address}")
    return Compared(tuple(through(clock, mark) for clock in clocks.of_value(below)), stays)


def _below(value: Value, path: Sequence[Step], *, is_map: bool) -> tuple[Value, str]:
    """What stands at a path, and else which step does not fit."""
    for step in path:
        whole = value.value if isinstance(value, Ref) else value
        match whole:
            case Entries(kind, entries):
                if step.is_name and (is_map or kind == "map"):
                    return None, "what is in a map has its key in brackets"
                if not step.is_name and not is_map and kind == "object":
                    return None, "what is in an object has its name after a dot"
                value = entries.get(str(plain(step.key)))
            case Items(items=items):
                index = plain(step.key)
                known = isinstance(index, int) and 0 <= index < len(items)
                value = items[index] if known and isinstance(index, int) else None
            case Unknown():
                return value, ""
            case _:
                return None, ""
        is_map = False
    return value, ""
