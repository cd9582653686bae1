"""Follows the secrets of keys forward to where they end: outputs of the root module and arguments that are not secret.

Names that a secret can reach are found by their text first, so that only what can hold one is ever evaluated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache

from iac_keycheck.deciding.secrets import ENDS, gives_away, key_of, secrets_in
from iac_keycheck.deciding.terms import either, equal
from iac_keycheck.deciding.values import Leaf, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.facts import Exposure, Mark
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import ACCESS_KEY, TERRAFORM_TYPES
from iac_keycheck.terraform.carriers import CARRIERS, Carrier, carried, carriers
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.instances import Scope
from iac_keycheck.terraform.references import Path, calls, named, references
from iac_keycheck.terraform.sinks import Sink, may_show, sinks
from iac_keycheck.terraform.sites import Site, Tree, instances, saying, value_of
from iac_keycheck.terraform.syntax import Attribute, Block, Expression, Literal

_FEW = 32
"""So many names are looked for one by one."""
KEYS = tuple(type_ for type_, kind in TERRAFORM_TYPES.items() if kind == ACCESS_KEY)
_INDEX = expression(r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')


@dataclass(slots=True, eq=False)
class Flows:
    """The names in each scope that a secret may be in, and the keys by their addresses without instance keys.

    Of ``module.m`` in ``names``, only ``outputs`` may hold one.
    """

    tree: Tree
    names: dict[Scope, dict[str, None]] = field(default_factory=dict)
    outputs: set[tuple[Scope, str]] = field(default_factory=set)
    keys: dict[str, tuple[Scope, tuple[str, str], Block]] = field(default_factory=dict)
    carriers: Mapping[str, Carrier] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, tree: Tree) -> Flows:
        """Everything that the secrets of a root module's keys can reach."""
        flows = cls(tree)
        for scope in tree.scopes():
            flows.names[scope] = {}
            for type_, name in scope.module.labels("resource"):
                block = scope.module.block("resource", type_, name) if type_ in KEYS else None
                if block is not None:
                    flows.keys[f"{scope.address}.{type_}.{name}".lstrip(".")] = scope, (type_, name), block
                    flows.names[scope][f"{type_}.{name}"] = None
        while flows.keys and flows._spread():
            pass
        if flows.keys:
            flows.carriers = carriers(tree)
        return flows

    def _spread(self) -> bool:
        """Add the names that others bring a secret to; whether there were any."""
        before = sum(map(len, self.names.values())) + len(self.outputs)
        for scope, names in self.names.items():
            if not names:
                continue
            module = scope.module
            says = self.says(scope)
            if next(saying(scope, "locals", says), None) is not None:
                for name, attribute in module.locals.items():
                    if self.touches(scope, attribute.expression):
                        names[f"local.{name}"] = None
            for mode in ("resource", "data"):
                for labels in saying(scope, mode, says):
                    if self._brings(scope, mode, labels):
                        names[".".join(labels if mode == "resource" else (mode, *labels))] = None
            for child in scope.children.values():
                if isinstance(child, Scope) and child.call is not None:
                    for name, attribute in child.call.body.attributes.items():
                        if self.touches(scope, attribute.expression):
                            self.names[child][f"var.{name}"] = None
            for labels in saying(scope, "output", says) if scope.parent is not None else ():
                value = _value(module.block("output", *labels))
                if scope.parent is not None and value is not None and self.touches(scope, value.expression):
                    self.names[scope.parent][f"module.{scope.name}"] = None
                    self.outputs.add((scope, labels[0]))
        return sum(map(len, self.names.values())) + len(self.outputs) > before

    def _brings(self, scope: Scope, mode: str, labels: tuple[str, ...]) -> bool:
        """Whether a block that seems to say a name does so itself: of one of JSON, only its file is known to."""
        if not scope.module.is_parsed(mode, *labels):
            return True
        block = scope.module.block(mode, *labels)
        return block is None or any(self.touches(scope, one.expression) for one in _attributes(block))

    def touches(self, scope: Scope, node: Expression) -> bool:
        """Whether an expression names what a secret may be in."""
        return any(self._may_hold(scope, path) for path in references(node))

    def _may_hold(self, scope: Scope, path: Path) -> bool:
        """Whether a secret may be in what a traversal names."""
        if named(path) not in self.names[scope]:
            return False
        match path:
            case ("module", name, output, *_):
                child = scope.children.get(name)
                return not isinstance(child, Scope) or (child, output) in self.outputs
            case (type_, _, attribute, *_) if type_ in KEYS:
                return f".{attribute}" in ENDS
            case _:
                return True

    def says(self, scope: Scope) -> Callable[[str], bool]:
        """A test for texts that name what a secret may be in."""
        names = sorted(self.names[scope])
        if not names:
            return lambda _text: False
        # each is faster to look for than all at once, but for very many
        looked_for = names if len(names) <= _FEW else sorted({f"{name.partition('.')[0]}." for name in names})
        hints = ("self.s", *looked_for)

        @cache
        def pattern() -> re.Pattern[str]:
            # what must not stand before a name is looked at behind it: names are found many times as fast then
            alternatives = (f"{re.escape(name)}(?<![\\w.-]{re.escape(name)})(?![\\w-])" for name in names)
            return re.compile(rf"{'|'.join(alternatives)}|self\.s(?<!\wself\.s)(?:ecret|es_smtp)")

        def says(text: str) -> bool:
            for hint in hints:
                if hint in text:
                    return pattern().search(text) is not None
            return False

        return says

    def is_secret(self, leaf: Leaf) -> bool | Unknown:
        """Whether an input is the secret of one of the keys, in clear: with a ``pgp_key`` there is none in clear.

        What is made of such a secret by a template, or passed on, is the secret too.
        """
        verdict: bool | Unknown = False
        for value in self._carried(leaf):
            verdict = either(verdict, gives_away(value, self.is_secret))
        return verdict if verdict is not False else self._is_of_a_key(leaf)

    def keys_in(self, value: Value) -> Iterator[str]:
        """The addresses of the keys whose secrets a value has in it."""
        leaves: list[Leaf] = []
        yield from secrets_in(value, leaves.append)
        for leaf in leaves:
            for inner in self._carried(leaf):
                yield from self.keys_in(inner)

    def _carried(self, leaf: Leaf) -> Iterator[Value]:
        if leaf.input.name not in self._open:
            self._open.add(leaf.input.name)
            try:
                yield from carried(self.carriers, leaf)
            finally:
                self._open.discard(leaf.input.name)

    def _is_of_a_key(self, leaf: Leaf) -> bool | Unknown:
        address = key_of(leaf)
        known = self.keys.get(_INDEX.sub("", address)) if address is not None else None
        if known is None:
            return False
        scope, labels, block = known
        encrypted = block.body.attributes.get("pgp_key")
        if encrypted is None:
            return True
        for found, _, frame in instances(scope, "resource", labels):
            if found == address:
                pgp = value_of(encrypted.expression, frame)
                return either(equal(pgp, None), equal(pgp, ""))
        return False

    def way(self, scope: Scope, node: Expression) -> tuple[tuple[Mark, ...], tuple[Expression, ...]]:
        """The places on the way back to a key, and the expressions there."""
        marks: list[Mark] = []
        nodes: list[Expression] = [node]
        seen: set[tuple[int, str]] = set()
        here: tuple[Scope, Expression] | None = (scope, node)
        while here is not None:
            here = self._back(*here, marks, seen)
            if here is not None:
                nodes.append(here[1])
        return tuple(marks), tuple(nodes)

    def _back(
        self, scope: Scope, node: Expression, marks: list[Mark], seen: set[tuple[int, str]]
    ) -> tuple[Scope, Expression] | None:
        """One step back: the first name in an expression that a secret may be in."""
        for path in references(node):
            if not self._may_hold(scope, path) or (id(scope), ".".join(path)) in seen:
                continue
            seen.add((id(scope), ".".join(path)))
            found = self._source(scope, path)
            if found is None:
                continue
            where, attribute = found
            if isinstance(attribute, Block):
                marks.append(Mark(attribute.span, f"the key, {scope.address}.{named(path)}".replace(" .", " ")))
                return None
            marks.append(Mark(attribute.span, f"through {'.'.join(path[: 3 if path[0] in ('module', 'data') else 2])}"))
            return where, attribute.expression
        return None

    def _source(self, scope: Scope, path: tuple[str, ...]) -> tuple[Scope, Attribute | Block] | None:
        module = scope.module
        match path:
            case ("local", name, *_) if name in module.locals:
                return scope, module.locals[name]
            case ("var", name, *_) if scope.parent is not None and scope.call is not None:
                passed = scope.call.body.attributes.get(name)
                return None if passed is None else (scope.parent, passed)
            case ("module", name, output, *_):
                child = scope.children.get(name)
                value = _value(child.module.block("output", output)) if isinstance(child, Scope) else None
                return None if value is None or not isinstance(child, Scope) else (child, value)
            case (type_, name, *_) if type_ in KEYS:
                block = module.block("resource", type_, name)
                return None if block is None else (scope, block)
            case ("data", type_, name, *rest) if ("data", type_) in CARRIERS:
                return self._into(scope, f"data.{type_}.{name}", *rest[:1])
            case ("terraform_data", name, "output", *_):
                return self._into(scope, f"terraform_data.{name}", "output")
            case (type_, name, attribute, *_) if type_ not in ("data", "each", "count"):
                block = module.block("resource", type_, name) if module.has("resource", type_, name) else None
                configured = block.body.attributes.get(attribute) if block else None
                return None if configured is None else (scope, configured)
            case _:
                return None

    def _into(self, scope: Scope, name: str, attribute: str = "rendered") -> tuple[Scope, Attribute] | None:
        """The argument by which a secret comes into what gives it out."""
        carrier = self.carriers.get(f"{scope.address}.{name}".lstrip("."))
        found = carrier.arguments(attribute) if carrier is not None else iter(())
        return next(((scope, one) for one in found if self.touches(scope, one.expression)), None)


def exposures(tree: Tree) -> Iterator[Exposure]:
    """Where secrets of keys end in clear."""
    flows = Flows.of(tree)
    if not flows.keys:
        return
    for labels in saying(tree.root, "output", flows.says(tree.root)):
        block = tree.root.module.block("output", *labels)
        value = _value(block)
        if (
            block is not None
            and value is not None
            and flows.touches(tree.root, value.expression)
            and not _is_set(block, "sensitive")
            and not _is_set(block, "ephemeral")
        ):
            site = Site(tree, tree.root, "output", labels, block)
            sink = Sink(f"the output {labels[0]}", value, lambda frame: iter((frame,)))
            yield _exposure(flows, site, sink)
    for scope in tree.scopes():
        says = flows.says(scope)
        for mode in ("resource", "data"):
            for labels in saying(scope, mode, says):
                entry = scope.module.entry(mode, *labels)
                shown = entry is None or scope.module.is_overridden(mode, *labels) or may_show(labels[0], entry.text())
                block = scope.module.block(mode, *labels) if shown else None
                if block is not None:
                    site = Site(tree, scope, mode, labels, block)
                    for sink in sinks(site):
                        if flows.touches(scope, sink.attribute.expression) or _names_itself(sink.attribute):
                            yield _exposure(flows, site, sink)


def _exposure(flows: Flows, site: Site, sink: Sink) -> Exposure:
    marks, nodes = flows.way(site.scope, sink.attribute.expression)
    cleared = any(call.name == "nonsensitive" for node in nodes for call in calls(node))

    def test(frame: Frame) -> bool | Unknown:
        verdict: bool | Unknown = False
        for inner in sink.frames(frame):
            open_here = sink.when(inner)
            if open_here is False:
                continue
            found = gives_away(sink.shown(inner), flows.is_secret)
            if found is not False and open_here is not True:
                found = open_here
            verdict = either(verdict, found)
        return verdict

    def keys() -> tuple[str, ...]:
        found: dict[str, None] = {}
        frames = site.frames()
        for frame in frames if isinstance(frames, tuple) else ():
            for inner in sink.frames(frame):
                found.update(dict.fromkeys(flows.keys_in(sink.shown(inner))))
        return tuple(found)

    fact = site.fact(sink.attribute.span, test, marks)
    return Exposure(fact, sink.what, keys, unmarked=site.mode == "output" and not cleared)


def _attributes(block: Block) -> Iterator[Attribute]:
    yield from block.body.attributes.values()
    for inner in block.body.blocks:
        yield from _attributes(inner)


def _value(output: Block | None) -> Attribute | None:
    return output.body.attributes.get("value") if output is not None else None


def _names_itself(attribute: Attribute) -> bool:
    return any(
        path[0] == "self" or path[0] not in ("var", "local", "module") for path in references(attribute.expression)
    )


def _is_set(block: Block, name: str) -> bool:
    attribute = block.body.attributes.get(name)
    match attribute.expression if attribute else None:
        case Literal(value=value):
            return plain(value) is True
        case None:
            return False
        case _:
            return True
