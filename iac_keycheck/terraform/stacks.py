"""CloudFormation stacks that a configuration deploys: the users and keys of their templates, and their outputs.

What is in a stack has the stack's address before its logical id: ``aws_cloudformation_stack.ci["x"].Deployer``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from iac_keycheck.cloudformation.collecting import Parts
from iac_keycheck.cloudformation.detect import is_about_keys
from iac_keycheck.cloudformation.embedded import Body, Stack, embedded, makes_users_of_its_own
from iac_keycheck.cloudformation.facts import facts_of
from iac_keycheck.cloudformation.stack_sets import ANY, UNTOLD
from iac_keycheck.deciding.shapes import BOOL, NUMBER
from iac_keycheck.deciding.terms import apply, both, equal, negate
from iac_keycheck.deciding.values import Entries, Input, Items, Origin, Refused, Unknown, Value, plain
from iac_keycheck.deciding.worlds import NOTHING, World
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Facts
from iac_keycheck.records import dataclass, field, replace
from iac_keycheck.resource import Account, Gap, Instance, Step
from iac_keycheck.source import Span
from iac_keycheck.terraform.evaluate import evaluate
from iac_keycheck.terraform.instances import ModuleInstance, Scope
from iac_keycheck.terraform.members import Token, index_text, key_text
from iac_keycheck.terraform.stack_bodies import body_of, frame_at
from iac_keycheck.terraform.syntax import Block

STACK = "aws_cloudformation_stack"
STACK_SET = "aws_cloudformation_stack_set"
INSTANCE = "aws_cloudformation_stack_set_instance"
_LETTING = frozenset({"CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"})
"""Without one of these, CloudFormation makes no users and keys."""
MOST = 128
"""Stacks of one block that are looked at."""

_USED = expression(
    rf"\b{STACK}\.([\w-]+)(?:\[[^\]\n]*\])?\.outputs(?:\.|\[\\?\")(?:access_?key|secret|user_?name)", re.IGNORECASE
)


def with_stacks(root: Scope, committed: World, facts: Facts) -> tuple[Parts, Facts]:
    """What the stacks of a root module give, and the facts of both. Their outputs can be asked for from then on."""
    parts = Parts()
    _add_all(root, committed, parts)
    return parts, _joined(facts, parts)


def _joined(of_code: Facts, parts: Parts) -> Facts:
    """The facts of a configuration and of the templates in it; those of a key come from where it is declared."""
    if not parts.scopes:
        return of_code
    of_stacks = facts_of(tuple(parts.scopes))
    inside = {id(declaration) for declaration in parts.declarations}

    def of(key: Instance) -> Facts:
        return of_stacks if id(key.declaration) in inside else of_code

    return Facts(
        rotation=lambda key: of(key).rotation(key),
        retention=lambda key: of(key).retention(key),
        new_one_first=lambda key: of(key).new_one_first(key),
        exposures=lambda: (*of_code.exposures(), *of_stacks.exposures()),
        abandoned=of_code.abandoned,
        commands=lambda: (*of_code.commands(), *of_stacks.commands()),
        guards=lambda: (*of_code.guards(), *of_stacks.guards()),
    )


def _add_all(scope: Scope, committed: World, parts: Parts) -> None:
    for type_, name in scope.module.labels("resource"):
        block = scope.module.block("resource", type_, name) if type_ in (STACK, STACK_SET) else None
        if block is None:
            continue
        site = _Site(scope, block, type_, name, committed)
        if type_ == STACK:
            scope.stack_outputs[name] = site.outputs
            _add(site, parts)
        else:
            _add_set(site, parts)
    for child in scope.children.values():
        if isinstance(child, Scope):
            _add_all(child, committed, parts)


@dataclass(frozen=True, slots=True, eq=False)
class _Site:
    """A block that deploys stacks. ``made`` are the outputs of those that could be read, by their targets."""

    scope: Scope
    block: Block
    type: str
    name: str
    committed: World
    made: dict[str, Callable[[str], Value]] = field(default_factory=dict)

    @property
    def header(self) -> Span:
        return self.block.header

    @property
    def steps(self) -> tuple[Step, ...]:
        return (*self.scope.calls, Step(f"{self.scope.address}.{self.type}.{self.name}".lstrip("."), self.block.span))

    def instances(self) -> tuple[tuple[ModuleInstance, Token], ...] | Unknown:
        """The instances in the world of the moment."""
        modules = self.scope.instances()
        if isinstance(modules, Unknown):
            return modules
        found: list[tuple[ModuleInstance, Token]] = []
        for module in modules:
            members = module.members("resource", self.type, self.name)
            if isinstance(members, Unknown):
                return members
            found += ((module, member.token) for member in members)
        return tuple(found)

    def known(self) -> tuple[tuple[tuple[ModuleInstance, Token], ...], bool]:
        """The instances that there may be, and whether there may be others.

        Of a number that inputs decide the first two show what any two of them do.
        """
        inputs = self.scope.inputs
        for world in (NOTHING, self.committed):
            with inputs.assuming(world):
                try:
                    found = self.instances()
                except Refused:
                    found = ()
            if isinstance(found, tuple) and (found or world is NOTHING):
                return (found if world is NOTHING else _two_at_least(found)), world is not NOTHING
        return self._counted(), True

    def _counted(self) -> tuple[tuple[ModuleInstance, Token], ...]:
        with self.scope.inputs.assuming(NOTHING):
            modules = self.scope.instances()
        if isinstance(modules, Unknown) or "count" not in self.block.body.attributes:
            return ()
        return tuple((module, index) for module in modules for index in range(2))

    def address(self, module: ModuleInstance, token: Token, *, target: bool = False) -> str:
        prefix, text = (module.target, key_text(token)) if target else (module.address, index_text(token))
        return f"{prefix}{self.type}.{self.name}{text}"

    def exists(self, module: ModuleInstance, token: Token) -> bool | Unknown:
        found = self.instances()
        if isinstance(found, Unknown):
            return apply("exists", (found,), BOOL, not_null=True)
        wanted = self.address(module, token, target=True)
        return any(self.address(*one, target=True) == wanted for one in found)

    def any_exists(self) -> bool | Unknown:
        """Whether there is an instance at all in the world of the moment."""
        found = self.instances()
        if isinstance(found, Unknown):
            return negate(equal(apply("length", (found,), NUMBER, not_null=True), 0))
        return bool(found)

    def value(self, argument: str, module: ModuleInstance, token: Token) -> Value:
        """An argument of an instance; null for one that is not given."""
        found = self.block.body.attributes.get(argument)
        return None if found is None else plain(evaluate(found.expression, frame_at(self.block, module, token)))

    def given(self, argument: str, module: ModuleInstance, token: Token) -> Value:
        """An argument where no input is fixed; null for one that cannot be told at all."""
        with self.scope.inputs.assuming(NOTHING):
            try:
                return self.value(argument, module, token)
            except Refused:
                return None

    def may_make_users(self, module: ModuleInstance, token: Token) -> bool:
        """Whether CloudFormation would accept users and keys in a template that is not known: only if told to."""
        if "capabilities" not in self.block.body.attributes:
            return False
        with self.scope.inputs.assuming(NOTHING):
            try:
                given = self.value("capabilities", module, token)
            except Refused:
                return True
        if not isinstance(given, Items):
            return given is not None
        return any(plain(one) in _LETTING or not isinstance(plain(one), str) for one in given.items)

    def stack(self, module: ModuleInstance, token: Token, body: Body) -> Stack:
        """The stack of an instance."""
        given = self.given("parameters", module, token)
        name = self.given("name", module, token)
        return Stack(
            self.address(module, token),
            body,
            self.scope.inputs,
            self.scope.module.workspace,
            argument=partial(self._argument, module, token),
            passed=None if isinstance(given, Unknown) else frozenset(_entries(given)),
            exists=partial(self.exists, module, token),
            account=self._account(module, token),
            calls=self.steps,
            known={"AWS::StackName": name} if isinstance(name, str) and self.type == STACK else {},
        )

    def _argument(self, module: ModuleInstance, token: Token, name: str) -> Value:
        given = self.value("parameters", module, token)
        if isinstance(given, Unknown):
            return apply("attribute", (given, name))
        return _entries(given).get(name)

    def _account(self, module: ModuleInstance, token: Token) -> Account:
        with self.scope.inputs.assuming(NOTHING):
            try:
                frame = frame_at(self.block, module, token)
            except Refused:
                frame = module.frame
            return module.account_of(self.block, "aws", frame)

    def outputs(self, module: ModuleInstance, token: Token, name: str) -> Value:
        """An output of a stack of this block."""
        found = self.made.get(self.address(module, token, target=True))
        if found is not None:
            return found(name)
        address = self.address(module, token)
        reason = f"the template of {address} could not be read"
        return self.scope.inputs.value(Input(f"{address}.outputs.{name}", Origin.OPAQUE, reason=reason))


def _two_at_least(found: tuple[tuple[ModuleInstance, Token], ...]) -> tuple[tuple[ModuleInstance, Token], ...]:
    if len(found) == 1 and found[0][1] == 0:
        return (*found, (found[0][0], 1))
    return found


def _entries(value: Value) -> Mapping[str, Value]:
    return value.entries if isinstance(value, Entries) else {}


def _add(site: _Site, parts: Parts) -> None:
    instances, open_ = site.known()
    about_keys = False
    for module, token in instances[:MOST]:
        body = body_of(site.block, module, token)
        if not isinstance(body, Body):
            used = site.name in _used_like_credentials(site.scope)
            if body is not None and (used or site.may_make_users(module, token)):
                parts.gaps.append(Gap(site.address(module, token), body, site.header))
            continue
        about_keys = about_keys or body.about_keys
        outputs = embedded(site.stack(module, token, body), parts)
        if outputs is not None:
            site.made[site.address(module, token, target=True)] = outputs
    if about_keys and len(instances) > MOST:
        parts.gaps.append(_too_many(site))
    if open_ and about_keys and "for_each" in site.block.body.attributes:
        reason = "for which keys its for_each deploys the stack depends on the inputs"
        parts.gaps.append(Gap(site.steps[-1].address, reason, site.header))


def _too_many(site: _Site) -> Gap:
    return Gap(site.steps[-1].address, f"more than {MOST} stacks are deployed here", site.header)


def _used_like_credentials(scope: Scope) -> frozenset[str]:
    texts = scope.module.workspace.texts
    said = (text for path, text in texts.items() if path.rpartition("/")[0] == scope.module.directory.removeprefix("."))
    return frozenset(name for text in said for name in _USED.findall(text))


def _add_set(site: _Site, parts: Parts) -> None:
    """Add the stacks of a stack set: one for each account and region of its instances."""
    instances, _ = site.known()
    for number, (module, token) in enumerate(instances):
        body = body_of(site.block, module, token)
        if isinstance(body, str) and site.may_make_users(module, token):
            parts.gaps.append(Gap(site.address(module, token), body, site.header))
        if not isinstance(body, Body) or not is_about_keys(body.text.encode("utf-8", "surrogatepass")):
            continue
        if number >= MOST:
            parts.gaps.append(_too_many(site))
            break
        stack = site.stack(module, token, body)
        for one in _places(site, module, stack):
            if isinstance(one, Gap):
                parts.gaps.append(one)
                break
            embedded(one, parts)


def _places(site: _Site, module: ModuleInstance, stack: Stack) -> Iterator[Stack | Gap]:
    """The stacks of a set, and what cannot be told of them.

    Where it is not known where they are, one of them shows what each has by itself.
    """
    targets: list[Stack] = []
    open_ = untold = False
    for type_, name in site.scope.module.labels("resource"):
        block = site.scope.module.block("resource", type_, name) if type_ == INSTANCE else None
        if block is None or not _is_of(block, site):
            continue
        places = _Site(site.scope, block, type_, name, site.committed)
        found, more = places.known()
        open_ = open_ or more
        if len(found) > MOST:
            yield _too_many(places)
            return
        for owner, token in found:
            if owner.target != module.target:
                continue
            region, account = places.given("region", owner, token), places.given("account_id", owner, token)
            region = region or places.given("stack_set_instance_region", owner, token)
            untold = untold or not isinstance(region, str) or isinstance(account, Unknown)
            known = [value if isinstance(value, str) else ANY for value in (account, region) if value is not None]
            fixed = {"AWS::Region": region, "AWS::AccountId": account}
            settings: tuple[tuple[str, Value], ...] = (
                ("stack set", stack.address),
                ("account", account or "each of its organization's"),
            )
            target = replace(
                stack,
                address=f"{stack.address}[{'/'.join(known) or ANY}]",
                known={**stack.known, **{name: value for name, value in fixed.items() if value is not None}},
                account=Account(settings) if account else stack.account,
                exists=partial(_both_exist, stack.exists, partial(places.exists, owner, token)),
            )
            targets.append(target)
        if open_ and not found:
            address, exists = f"{stack.address}[{ANY}]", partial(_both_exist, stack.exists, places.any_exists)
            targets.append(replace(stack, address=address, exists=exists))
    untold = not targets or (untold and len(targets) > 1)
    yield from (targets[:1] or [replace(stack, address=f"{stack.address}[{ANY}]")]) if untold else targets
    if (open_ or untold) and not makes_users_of_its_own(stack):
        yield Gap(stack.address, UNTOLD, site.header)


def _both_exist(one: Callable[[], bool | Unknown], other: Callable[[], bool | Unknown]) -> bool | Unknown:
    return both(one(), other())


def _is_of(block: Block, site: _Site) -> bool:
    """Whether a block of instances is of a stack set: by a reference to it, or by its name."""
    named = block.body.attributes.get("stack_set_name")
    if named is None:
        return False
    said = named.span
    text = site.scope.module.workspace.texts.get(said.path, "").split("\n")[said.line - 1]
    if re.search(rf"\b{STACK_SET}\.{re.escape(site.name)}\b", text):
        return True
    own = site.block.body.attributes.get("name")
    return own is not None and own.expression == named.expression
