"""Terraform states: files of version 4, and what `terraform show -json` prints of a state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from iac_keycheck.evidence.json_walk import Broken, JsonText
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.evidence.terraform_objects import account_id, address_of, is_asked_for, seen
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import TERRAFORM_TYPES, Account

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

# what stands between the module and the alias of a provider: users and keys of two providers can be of one account
_SOURCE: Final = expression(r'\["[^"\]]*"\]')


@dataclass(slots=True)
class Objects:
    """The objects of a state, gathered one by one, each with the provider configuration that made it.

    ``accounts`` are the accounts of these configurations, as far as ARNs tell them.
    """

    found: list[tuple[str, Seen]] = field(default_factory=list)
    accounts: dict[str, str] = field(default_factory=dict)

    def add(self, provider: str, one: Seen, attributes: Mapping[str, Any]) -> None:
        """Add an object."""
        self.found.append((provider, one))
        owner = account_id(attributes)
        if owner is not None:
            self.accounts.setdefault(provider, owner)

    def in_accounts(self) -> tuple[Seen, ...]:
        """The objects with their accounts: by the ARNs beside them, else each provider configuration its own."""
        ids = set(self.accounts.values())
        only = next(iter(ids)) if len(ids) == 1 else None
        one_provider = len({provider for provider, _ in self.found}) <= 1

        def account(provider: str) -> Account:
            known = self.accounts.get(provider) or only
            if known is not None:
                return Account((("account", known),))
            return Account() if one_provider else Account((("provider", provider),))

        return tuple(replace(one, account=account(provider)) for provider, one in self.found)


def state(text: JsonText, members: Mapping[str, int]) -> Reading:
    """Read a state file."""
    objects = Objects()
    try:
        for at in text.elements(members["resources"]) if "resources" in members else ():
            if is_asked_for(text, at):
                _add_resource(text, dict(text.members(at)), objects)
    except Broken as broken:
        text.faults.append(broken)
    return _reading(text.path, objects)


def shown_state(text: JsonText, members: Mapping[str, int]) -> Reading:
    """Read what `terraform show -json` prints of a state."""
    objects = Objects()
    try:
        for provider, one, attributes in shown_objects(text, members["values"]) if "values" in members else ():
            objects.add(provider, one, attributes)
    except Broken as broken:
        text.faults.append(broken)
    return _reading(text.path, objects)


def shown_objects(text: JsonText, at: int) -> Iterator[tuple[str, Seen, Mapping[str, Any]]]:
    """The objects in ``values`` or ``planned_values``, each with its provider and all its attributes."""
    for name, value in text.members(at):
        if name == "root_module":
            yield from _in_module(text, value)


def _in_module(text: JsonText, at: int) -> Iterator[tuple[str, Seen, Mapping[str, Any]]]:
    places = dict(text.members(at))
    module = text.load(places["address"]) if "address" in places else ""
    for resource in text.elements(places["resources"]) if "resources" in places else ():
        if is_asked_for(text, resource):
            yield from _shown(text, resource, str(module))
    for child in text.elements(places["child_modules"]) if "child_modules" in places else ():
        yield from _in_module(text, child)


def _shown(text: JsonText, at: int, module: str) -> Iterator[tuple[str, Seen, Mapping[str, Any]]]:
    entry = text.object(at)
    kind, name, values = entry.get("type"), entry.get("name"), entry.get("values")
    if entry.get("mode") == "managed" and isinstance(kind, str) and kind in TERRAFORM_TYPES and isinstance(name, str):
        attributes = values if isinstance(values, dict) else {}
        address = _with_deposed(address_of(module, kind, name, entry.get("index")), entry.get("deposed_key"))
        one = seen(kind, address, text.span(at), attributes, entry.get("sensitive_values"))
        # the alias is not told
        yield "", one, attributes


def _add_resource(text: JsonText, places: Mapping[str, int], objects: Objects) -> None:
    mode, kind, name, module, provider = (
        text.load(places[word]) if word in places else "" for word in ("mode", "type", "name", "module", "provider")
    )
    if not (isinstance(kind, str) and isinstance(name, str)) or "instances" not in places:
        return
    if mode != "managed" or kind not in TERRAFORM_TYPES:
        return
    for at in text.elements(places["instances"]):
        entry = text.object(at)
        attributes = entry.get("attributes") or entry.get("attributes_flat")
        if isinstance(attributes, dict):
            address = _with_deposed(address_of(str(module), kind, name, entry.get("index_key")), entry.get("deposed"))
            one = seen(kind, address, text.span(at), attributes, entry.get("sensitive_attributes"))
            objects.add(_SOURCE.sub("", str(provider)), one, attributes)


def _with_deposed(address: str, deposed: object) -> str:
    """An object that was replaced and is still there has its deposed key in its address."""
    return f"{address} (deposed {deposed})" if isinstance(deposed, str) and deposed else address


def _reading(path: str, objects: Objects) -> Reading:
    found = objects.in_accounts()
    return Reading(path, "state", found, frozenset(one.block for one in found))
