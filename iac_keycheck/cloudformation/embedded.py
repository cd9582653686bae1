"""Templates inside resources of another language: an ``aws_cloudformation_stack`` with its body."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from iac_keycheck.cloudformation.collecting import Parts, collect
from iac_keycheck.cloudformation.detect import foreign_language, is_about_keys, leads_elsewhere
from iac_keycheck.cloudformation.evaluation import LANGUAGE
from iac_keycheck.cloudformation.exports import Exports
from iac_keycheck.cloudformation.library import Library
from iac_keycheck.cloudformation.mentions import compared
from iac_keycheck.cloudformation.nested import Stacks
from iac_keycheck.cloudformation.parameters import parameter
from iac_keycheck.cloudformation.reader import read
from iac_keycheck.cloudformation.references import output
from iac_keycheck.cloudformation.scope import Condition, Insertions, Links, Scope
from iac_keycheck.cloudformation.stack_sets import has_users_of_its_own
from iac_keycheck.cloudformation.template import Template, outline
from iac_keycheck.deciding.values import Value
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import Account, Gap, Step
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import Workspace


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """The text of a template and where it stands.

    It is the whole of the file ``path``, or of what is made of it line by line; or it stands at ``place`` of that file,
    whose text is ``source``; ``places`` are those of some of its lines (0-based), where they are known better.
    ``insertions`` are the values that are marked in it.
    """

    text: str
    path: str
    source: str = ""
    place: Span | None = None
    insertions: Insertions = ()
    places: Mapping[int, Span] = field(default_factory=dict)

    @property
    def about_keys(self) -> bool:
        """Whether it says a word about users or keys, or may nest templates that do."""
        data = self.text.encode("utf-8", "surrogatepass")
        return is_about_keys(data) or leads_elsewhere(data)


@dataclass(frozen=True, slots=True, eq=False)
class Stack:
    """A stack that code of another language deploys.

    ``address`` starts the addresses of what is in it. ``argument`` gives the value of a parameter in the world of the
    moment, null for one that is not passed; ``passed`` are the names of those that are, None where that depends on
    inputs. ``known`` are pseudo parameters that are fixed.
    """

    address: str
    body: Body
    inputs: Inputs
    workspace: Workspace
    argument: Callable[[str], Value] = lambda _name: None
    passed: frozenset[str] | None = frozenset()
    exists: Callable[[], Condition] = lambda: True
    account: Account = field(default_factory=Account)
    calls: tuple[Step, ...] = ()
    known: Mapping[str, Value] = field(default_factory=dict)


def embedded(stack: Stack, parts: Parts) -> Callable[[str], Value] | None:
    """Add what a stack gives to the deployment that it is part of.

    What comes back gives its outputs by name; None where the template cannot be read.
    """
    body = stack.body
    data = body.text.encode("utf-8", "surrogatepass")
    library = _library(stack)
    template, problem = _read(body, library)
    if template is None:
        if is_about_keys(data) and problem is not None:
            why = foreign_language(data)
            parts.gaps.append(Gap(stack.address, f"it is {why}" if why else problem.message, problem.span))
        return None
    names = template.section("Parameters") if stack.passed is None else stack.passed
    scope = Scope(
        template,
        stack.inputs,
        LANGUAGE,
        Links(Stacks(library).nested, Exports(dict).value),
        prefix=f"{stack.address}.",
        arguments={name: partial(stack.argument, name) for name in names},
        known=stack.known,
        exists=stack.exists,
        account=stack.account,
        calls=stack.calls,
        compared=compared(template),
        inserted=body.insertions,
    )
    if body.about_keys:
        collect(scope, library, parts)
        parts.problems += scope.problems
    return partial(output, scope)


def makes_users_of_its_own(stack: Stack) -> bool:
    """Whether each key in it is one of a user that is made in the same stack."""
    template, _ = _read(stack.body, _library(stack))
    return template is not None and has_users_of_its_own(template)


def _library(stack: Stack) -> Library:
    body = stack.body
    return Library({body.path: body.text if body.place is None else body.source}, stack.workspace)


def _read(body: Body, library: Library) -> tuple[Template | None, Problem | None]:
    if body.place is None:
        template = library.template(body.path)
        gap = library.gaps.get(body.path)
        if gap is not None:
            return None, Problem("template", gap.reason, gap.span)
        return template, library.problems.get(body.path)
    found = library.inside(body.path, body.text, body.place, body.places)
    if isinstance(found, str):
        return None, Problem("template", found, body.place)
    return found, Problem("template", "what its template body is cannot be told", body.place)


def hidden_parameters(text: str) -> frozenset[str] | None:
    """The names of a template's parameters with ``NoEcho``, which nobody is shown; None where it cannot be read."""
    try:
        document = read("template", text)
    except InputError:
        return None
    if document is None:
        return None
    members = outline(document).section("Parameters")
    problems: list[Problem] = []
    return frozenset(name for name, member in members.items() if parameter(member, problems).secret)
