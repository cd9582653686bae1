"""The ``configuration`` of a plan: whose name an argument leads to, and which account a provider leads to.

It shows which references stand in an expression, and not what the expression does with them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet

from iac_keycheck.evidence.json_walk import JsonText
from iac_keycheck.evidence.terraform_objects import is_asked_for
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import TERRAFORM_TYPES, USER, Account

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

CHOOSING: Final = (
    "access_key", "allowed_account_ids", "assume_role", "assume_role_with_web_identity", "endpoints", "profile",
    "secret_key", "shared_config_files", "shared_credentials_file", "shared_credentials_files", "token",
)  # fmt: skip
"""Arguments of the AWS provider that choose an account; region, tags and retries do not."""
_STEPS: Final = 64
_SAID: Final = ("expressions", "for_each_expression")
_REFERENCE: Final = expression(r'[^.\[]+|\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')
_INDEX: Final = expression(r"each\.|count\.")
_PART_OF_AN_INDEX: Final = frozenset({"each.key", "count.index", "path.module", "path.root", "terraform.workspace"})


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the configuration: its resources of the known kinds, and what leads in and out of it."""

    resources: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)
    calls: Mapping[str, tuple[Mapping[str, Any], Module]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Place:
    """A module instance: its address, configuration and instance key, and the call that made it."""

    address: str
    module: Module
    key: object = None
    caller: Place | None = None
    call: Mapping[str, Any] = field(default_factory=dict)

    def called(self, name: str, key: object) -> Place:
        """An instance of a module that this one calls."""
        call, module = self.module.calls[name]
        token = "" if key is None else f"[{json.dumps(key, ensure_ascii=False)}]"
        return Place(f"{self.address}.module.{name}{token}".lstrip("."), module, key, self, call)


@dataclass(frozen=True, slots=True)
class View:
    """A module instance as one block in it sees it: with the block's instance key and its ``for_each``.

    ``entry`` says that a collection is looked at entry by entry, so that the key chooses among its instances.
    """

    place: Place
    key: object = None
    each: object = None
    entry: bool = False


@dataclass(frozen=True, slots=True)
class Configuration:
    """All of it. ``providers`` are the accounts of the provider configurations, by their key."""

    root: Module = field(default_factory=Module)
    providers: Mapping[str, Account] = field(default_factory=dict)

    def place(self, module_address: str) -> Place | None:
        """The module instance of an address such as ``module.a["x"].module.b``."""
        place = Place("", self.root)
        steps = _REFERENCE.findall(module_address)
        while steps:
            if steps[0] != "module" or len(steps) < 2 or steps[1] not in place.module.calls:  # noqa: PLR2004
                return None
            name, rest = steps[1], steps[2:]
            keyed = bool(rest) and rest[0].startswith("[")
            place = place.called(name, _key(rest[0]) if keyed else None)
            steps = rest[1:] if keyed else rest
        return place

    def blocks(self) -> Iterator[str]:
        """The addresses, without instance keys, of all resources of the known kinds."""
        yield from _blocks(self.root, "")

    def account(self, module_address: str, block: str) -> Account | None:
        """The account in which a resource is made; None where the configuration does not have it."""
        place = self.place(module_address)
        resource = place.module.resources.get(block) if place else None
        # without a configuration of its own, a provider has all its settings from outside, the same for all modules
        return self.providers.get(str(resource.get("provider_config_key")), Account()) if resource else None


def configuration(text: JsonText, at: int) -> Configuration:
    """Read what is needed of a plan's ``configuration``."""
    places = dict(text.members(at))
    root = _module(text, places["root_module"]) if "root_module" in places else Module()
    providers = text.object(places["provider_config"]) if "provider_config" in places else {}
    return Configuration(root, {key: _account(value) for key, value in providers.items() if isinstance(value, dict)})


def _module(text: JsonText, at: int) -> Module:
    places = dict(text.members(at))
    resources: dict[str, Mapping[str, Any]] = {}
    for resource in text.elements(places["resources"]) if "resources" in places else ():
        if is_asked_for(text, resource):
            entry = text.object(resource)
            if entry.get("mode") == "managed" and str(entry.get("type")) in TERRAFORM_TYPES:
                resources[f"{entry['type']}.{entry.get('name')}"] = entry
    calls: dict[str, tuple[Mapping[str, Any], Module]] = {}
    for name, call in text.members(places["module_calls"]) if "module_calls" in places else ():
        parts = dict(text.members(call))
        said: Mapping[str, Any] = {word: text.object(parts[word]) for word in _SAID if word in parts}
        calls[name] = (said, _module(text, parts["module"]) if "module" in parts else Module())
    outputs = text.object(places["outputs"]) if "outputs" in places else {}
    return Module(resources, outputs, calls)


def _blocks(module: Module, prefix: str) -> Iterator[str]:
    for block in module.resources:
        yield prefix + block
    for name, (_, called) in module.calls.items():
        yield from _blocks(called, f"{prefix}module.{name}.")


def _account(provider: Mapping[str, Any]) -> Account:
    expressions = provider.get("expressions")
    chosen = expressions if isinstance(expressions, dict) else {}
    # references mean what they say in the module that the configuration stands in
    where = str(provider.get("module_address", ""))
    return Account(
        tuple(
            (name, where * ("references" in said) + said)
            for name in CHOOSING
            if name in chosen and (said := json.dumps(chosen[name], sort_keys=True)) not in ("{}", "[]", "null")
        )
    )


@dataclass(slots=True)
class Owners:
    """Resolves arguments whose value is known after apply only to the users they name.

    ``users`` gives the addresses of the user instances of a block in a module instance, by their instance keys;
    ``modules`` are the addresses of module instances.
    """

    users: Callable[[str, str], Mapping[object, str]]
    modules: AbstractSet[str]
    _steps: int = 0

    def of_resource(self, place: Place, block: str, key: object) -> str | None:
        """The address of the user whose name is the ``user`` of a resource; None where it is not just one."""
        self._steps = 0
        found = self._of_resource(place, block, key)
        return found.pop() if len(found) == 1 else None

    def _of_resource(self, place: Place, block: str, key: object) -> set[str | None]:
        resource = place.module.resources.get(block, {})
        arguments = resource.get("expressions")
        view = View(place, key, resource.get("for_each_expression"))
        return self._of(view, arguments.get("user") if isinstance(arguments, dict) else None)

    def _of(self, view: View, expression: object) -> set[str | None]:
        """The users from whom an unknown value may come, None for anything else; nothing where it is known."""
        said = expression.get("references") if isinstance(expression, dict) else None
        references = _longest(said if isinstance(said, list) else [])
        if not view.entry and not any(_INDEX.match(reference) for reference in references):
            # no index of its own stands in it: all instances see the same
            view = replace(view, key=None)
        found: set[str | None] = set()
        for reference in references:
            if reference not in _PART_OF_AN_INDEX:
                found |= self._user(view, reference)
        return found

    def _user(self, view: View, reference: str) -> set[str | None]:
        self._steps += 1
        if self._steps > _STEPS:
            return {None}
        place = view.place
        match _REFERENCE.findall(reference):
            case ["var", *_] if place.caller is None:
                # the variables of the root are known
                return set()
            case ["var", name, *_] if place.caller is not None:
                caller = View(place.caller, place.key, place.call.get("for_each_expression"))
                return self._of(caller, place.call.get("expressions", {}).get(name))
            case ["each", "value", *_]:
                return self._of(View(place, view.key, entry=True), view.each)
            case ["module", name, *rest] if name in place.module.calls:
                return self._output(view, name, rest)
            case [kind, name, *rest] if kind == USER:
                instances = self.users(place.address, f"{kind}.{name}")
                key = _key(rest[0]) if rest and rest[0].startswith("[") else view.key
                return {next(iter(instances.values())) if len(instances) == 1 else instances.get(key)}
            case [kind, name, *rest] if kind in TERRAFORM_TYPES and rest[-1:] == ["user"]:
                key = _key(rest[0]) if rest[0].startswith("[") else view.key
                return self._of_resource(place, f"{kind}.{name}", key)
            case _:
                return {None}

    def _output(self, view: View, name: str, rest: list[str]) -> set[str | None]:
        """What an output of a called module leads to; where it is not said which, what those that lead to users do."""
        place = view.place
        if rest and rest[0].startswith("["):
            key, rest = _key(rest[0]), rest[1:]
        else:
            key = view.key if place.called(name, view.key).address in self.modules else None
        called = place.called(name, key)
        outputs = called.module.outputs
        said = [outputs.get(rest[0])] if rest else [*outputs.values()]
        found: set[str | None] = set()
        for one in said:
            found |= self._of(View(called), one.get("expression")) if isinstance(one, dict) else {None}
        return found if rest else (found - {None} or {None})


def _longest(references: Iterable[object]) -> list[str]:
    """The references as an expression has them: Terraform lists each with its beginnings, ``a.b.name``, ``a.b``."""
    found: list[str] = []
    before = ""
    for reference in references:
        if isinstance(reference, str):
            if not before.startswith((f"{reference}.", f"{reference}[")):
                found.append(reference)
            before = reference
    return found


def _key(token: str) -> object:
    try:
        return json.loads(token[1:-1])
    except ValueError:
        return None
