"""Templates inside resources of another language: an ``aws_cloudformation_stack`` with its body."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from iac_keycheck.cloudformation.collecting import Parts, collect
from iac_keycheck.cloudformation.detect import foreign_language, is_about_keys, leads_elsewhere
from iac_keycheck.cloudformation.evaluation import LANGUAGE
from iac_keycheck.cloudformation.exports import Exports
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nested import Stacks
from iac_keycheck.cloudformation.scope import Condition, Links, Scope
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Account, Gap, Step
from iac_keycheck.source import Span
from iac_keycheck.values import Value
from iac_keycheck.workspace import Workspace
from iac_keycheck.worlds import Inputs


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A stack that code of another language deploys.

    ``text`` is its template, which stands at ``place`` of a file whose text is ``source``, or is the whole of a file
    (``place`` is None, ``path`` that file). ``address`` starts the addresses of what is in it. ``arguments`` are the
    values of its parameters, evaluated in the world of the moment; the others have their defaults.
    """

    address: str
    text: str
    path: str
    place: Span | None
    source: str
    inputs: Inputs
    workspace: Workspace
    arguments: Mapping[str, Callable[[], Value]] = field(default_factory=dict)
    exists: Callable[[], Condition] = lambda: True
    account: Account = field(default_factory=Account)
    calls: tuple[Step, ...] = ()


def embedded(stack: Stack) -> Parts:
    """What a stack gives to the deployment that it is part of; nothing where it says no word about keys."""
    parts = Parts()
    data = stack.text.encode("utf-8", "surrogatepass")
    if not (is_about_keys(data) or leads_elsewhere(data)):
        return parts
    library = Library({stack.path: stack.source}, stack.workspace)
    if stack.place is None:
        template = Library({stack.path: stack.text}, stack.workspace).template(stack.path)
        why: str | None = f"the template {stack.path} cannot be read"
        where = Span(stack.path, 1, 1, 1, 1)
    else:
        found = library.inside(stack.path, stack.text, stack.place)
        template, why = (None, found) if isinstance(found, str) else (found, foreign_language(data))
        where = stack.place
    if template is None:
        if is_about_keys(data):
            parts.gaps.append(Gap(stack.address, why or "what its template body is cannot be told", where))
        return parts
    scope = Scope(
        template,
        stack.inputs,
        LANGUAGE,
        Links(Stacks(library).nested, Exports(dict).value),
        prefix=f"{stack.address}.",
        arguments=stack.arguments,
        exists=stack.exists,
        account=stack.account,
        calls=stack.calls,
        compared=compared(template),
    )
    collect(scope, library, parts)
    parts.problems += scope.problems
    return parts
