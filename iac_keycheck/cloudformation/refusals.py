"""What CloudFormation refuses of a template whatever its parameters are: names, types, tags, a second document."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.conditions import CONDITIONS, RULES_ONLY
from iac_keycheck.cloudformation.detect import is_about_keys
from iac_keycheck.cloudformation.evaluation import FUNCTIONS
from iac_keycheck.cloudformation.insertions import START
from iac_keycheck.cloudformation.loops import FOR_EACH, made
from iac_keycheck.cloudformation.nodes import Scalar
from iac_keycheck.cloudformation.reader import Document, following
from iac_keycheck.cloudformation.references import IAM_ACCESS_KEY, IAM_USER, looped
from iac_keycheck.cloudformation.scope import Context, Scope
from iac_keycheck.cloudformation.template import SECTIONS, Member, Template
from iac_keycheck.deciding.values import Refused
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.expressions import expression
from iac_keycheck.libyaml import MappingNode, ScalarNode, SequenceNode
from iac_keycheck.nearest import or_rather
from iac_keycheck.source import Problem, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.libyaml import Node as Raw

# All may hold letters and digits alone, as the pages on the sections of templates say; conditions have been seen with
# other characters in templates of AWS.
_NAMED = ("Resources", "Parameters", "Outputs", "Mappings")
_NAME = expression(r"[A-Za-z0-9]+")
_SECTIONS = (*SECTIONS, "AWSTemplateFormatVersion", "Description", "Metadata", "Transform", "Hooks")
_ATTRIBUTES = (
    *("Type", "Properties", "Condition", "DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy"),
    *("CreationPolicy", "UpdatePolicy", "Description", "Version", "Fn::Transform"),
)
_PROPERTIES = {
    IAM_USER: (
        *("UserName", "Path", "LoginProfile", "Groups", "Policies", "ManagedPolicyArns", "PermissionsBoundary", "Tags"),
    ),
    IAM_ACCESS_KEY: ("UserName", "Status", "Serial"),
}
_FUNCTIONS = frozenset({*FUNCTIONS, *CONDITIONS, *RULES_ONLY, "Fn::ForEach"})
_TAGS = frozenset({"Condition", *(name.removeprefix("Fn::") for name in _FUNCTIONS)})
_CALL = expression(r"(?:^|[\s\[,{:-])!([A-Za-z][\w:.-]*)|Fn::(\w+)")
_SHOWN = 3
MOST_NODES = 1_000_000
"""So many nodes are looked at for functions that there are not."""


def refusals(scope: Scope, told: Sequence[Problem]) -> Iterator[Problem]:
    """A problem for each that is not ``told`` of; what else the template says is read all the same."""
    template = scope.template
    yield from _without_type(template)
    if template.framework:
        return
    yield from _sections(template)
    yield from _names(template)
    yield from _made_names(scope)
    for kind, properties in _PROPERTIES.items():
        for member in template.resources((kind,)):
            yield from _attributes(member, properties)
    if any(found not in _TAGS for one in _CALL.findall(template.document.text) for found in one if found):
        known = {(problem.span.path, problem.message) for problem in told}
        found = _unknown_functions(template)
        yield from (problem for problem in found if (problem.span.path, problem.message) not in known)
    second = following(template.document)
    if second is not None:
        place = second if isinstance(second, Span) else second.span(second.root)
        message = "a second YAML document starts here, and CloudFormation takes files of one: it is not read"
        relevant = not isinstance(second, Document) or is_about_keys(second.text.encode("utf-8", "surrogatepass"))
        yield Problem("template", message, place, relevant)


def _without_type(template: Template) -> Iterator[Problem]:
    """Resources of which nothing says what they are."""
    for member in template.resources(("",)):
        made = member.name.startswith("Fn::") or member.get("Fn::Transform") is not None
        if not made and not (template.framework and isinstance(member.node, Scalar)):
            yield Problem("template", f"the resource {member.name} has no Type that is plain text", member.header)


def _sections(template: Template) -> Iterator[Problem]:
    for name, key, _ in template.document.fields():
        if name not in _SECTIONS and name not in ("<<", "Fn::Transform"):
            place = template.home(key).span(key)
            message = f"a template has no section {name}{or_rather(name, _SECTIONS)}"
            yield Problem("template", message, place, relevant=False)


def _attributes(member: Member, properties: Sequence[str]) -> Iterator[Problem]:
    """What a user or a key says that no such resource has."""
    node = member.node
    for entry in node.entries if isinstance(node, nodes.Mapping) else ():
        if entry.key not in _ATTRIBUTES:
            message = f"a resource has no attribute {entry.key}{or_rather(entry.key, _ATTRIBUTES)}"
            yield Problem("template", message, entry.key_span, relevant=False)
    given = member.entry("Properties")
    if given is None:
        return
    if not isinstance(given.value, nodes.Mapping):
        yield Problem("template", "Properties is a map", given.span)
        return
    for entry in given.value.entries:
        if entry.key in properties or entry.key == "Fn::Transform" or entry.key.startswith(FOR_EACH):
            continue
        if nodes.intrinsic(given.value) is not None:
            yield Problem("template", f"Properties is a map, which {entry.key} cannot give", entry.key_span)
        else:
            message = f"{member.type} has no property {entry.key}{or_rather(entry.key, properties)}"
            yield Problem("template", message, entry.key_span, relevant=False)


def _names(template: Template) -> Iterator[Problem]:
    for section in _NAMED:
        wrong = [
            member
            for member in template.section(section).values()
            if not (_NAME.fullmatch(member.name) or member.name.startswith("Fn::") or START in member.name)
        ]
        if wrong:
            shown = ", ".join(member.name for member in wrong[:_SHOWN]) + (" …" if len(wrong) > _SHOWN else "")
            message = f"names in {section} have letters and digits alone, unlike {shown}"
            yield Problem("template", message, wrong[0].header, relevant=False)


def _made_names(scope: Scope) -> Iterator[Problem]:
    """Loops over what no name may have in it, which ``&{X}`` leaves out and ``${X}`` does not."""
    for family in looped(scope):
        with scope.inputs.assuming(NOTHING):
            try:
                members = made(family, Context(scope))
            except Refused:
                continue
        names = [one.name for one in members if isinstance(one.name, str)] if isinstance(members, tuple) else []
        wrong = next((name for name in names if not _NAME.fullmatch(name)), None)
        if wrong is not None:
            message = f"a loop makes the name {wrong}, not of letters and digits alone: &{{…}} leaves out others"
            yield Problem("template", message, family.header, relevant=False)


def _unknown_functions(template: Template) -> Iterator[Problem]:
    """The first place of each tag and each name of a function that is none."""
    told: set[str] = set()
    stack: list[Raw] = [template.document.root]
    for _ in range(MOST_NODES):
        if not stack:
            return
        raw = stack.pop()
        tag = raw.tag[1:] if raw.tag.startswith("!") and not raw.tag.startswith("!!") else ""
        if tag and tag not in _TAGS and tag not in told:
            told.add(tag)
            place = template.home(raw).span(raw)
            yield Problem("template", f"Fn::{tag} is no intrinsic function", place, relevant=False)
        if isinstance(raw, SequenceNode):
            stack += reversed(raw.value)
        elif isinstance(raw, MappingNode):
            for key, value in raw.value:
                name = key.value if isinstance(key, ScalarNode) else ""
                unknown = name.startswith("Fn::") and name not in _FUNCTIONS and not name.startswith(FOR_EACH)
                if unknown and len(raw.value) == 1 and name not in told:
                    told.add(name)
                    place = template.home(key).span(key)
                    yield Problem("template", f"{name} is no intrinsic function", place, relevant=False)
                stack.append(value)
