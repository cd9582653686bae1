"""Exports and imports: what templates of a scan give each other by name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.nodes import Node, Sequence, intrinsic
from iac_keycheck.cloudformation.references import output
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.cloudformation.texts import equal, text
from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Input, Origin, Refused, Unknown, Value, plain
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.records import dataclass, field


@dataclass(slots=True, eq=False)
class Exports:
    """What the templates of a scan export, as scopes of one deployment. ``scopes`` gives them by path."""

    scopes: Callable[[], Mapping[str, Scope]]
    _named: tuple[tuple[Value, Scope, str], ...] | None = None
    _found: dict[object, tuple[tuple[Scope, str], ...]] = field(default_factory=dict)

    def value(self, importer: Scope, name: Value) -> Value:
        """What ``Fn::ImportValue`` of a name is."""
        found = self.of(name)
        if len(found) == 1:
            return output(*found[0])
        if not isinstance(name, str):
            return apply("Fn::ImportValue", (name,), not_null=True)
        many = "no scanned template exports" if not found else f"{len(found)} scanned templates export"
        reason = f"it imports {name!r}, which {many}"
        return importer.inputs.value(Input(f"Fn::ImportValue {name}", Origin.DATA, reason=reason))

    def of(self, name: Value) -> tuple[tuple[Scope, str], ...]:
        """The outputs, each with its template, that are exported by a name known to be equal."""
        wanted = plain(name)
        key: object = wanted if isinstance(wanted, str | Unknown) else None
        if key not in self._found:
            self._found[key] = tuple(
                (scope, output_name)
                for exported, scope, output_name in self._names()
                if exported == wanted or equal(exported, wanted) is True
            )
        return self._found[key]

    def _names(self) -> tuple[tuple[Value, Scope, str], ...]:
        if self._named is None:
            self._named = ()
            found: list[tuple[Value, Scope, str]] = []
            for scope in self.scopes().values():
                found += _exported_by(scope)
            self._named = tuple(found)
        return self._named


def _exported_by(scope: Scope) -> Iterator[tuple[Value, Scope, str]]:
    for name, member in scope.template.section("Outputs").items():
        export = member.get("Export")
        given = export.get("Name") if isinstance(export, nodes.Mapping) else None
        if given is not None:
            value = _known(given, Context(scope))
            if value is not None:
                yield value, scope, name


def imported_names(roots: Iterable[Node], context: Context) -> Iterator[Value]:
    """The names that nodes import, as far as they can be told."""
    stack = list(roots)
    while stack:
        node = stack.pop()
        call = intrinsic(node)
        if call is not None and call.key == "Fn::ImportValue":
            value = _known(call.value, context)
            if value is not None:
                yield value
        match node:
            case nodes.Mapping(entries=entries):
                stack.extend(entry.value for entry in entries)
            case Sequence(items=items):
                stack.extend(items)
            case _:
                pass


def _known(node: Node, context: Context) -> Value:
    """The text of a node where no input is fixed; None where it is refused."""
    with context.scope.inputs.assuming(NOTHING):
        try:
            return text(context.value(node))
        except Refused:
            return None
