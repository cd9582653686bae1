"""Directories of Terraform code to deployments: which are root modules, what they call, what they declare."""

from __future__ import annotations

import json
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import islice

from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.values import Input, Refused, Unknown, Value
from iac_keycheck.deciding.verdicts import Cannot, Constraint
from iac_keycheck.deciding.worlds import Inputs, Keys
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import TERRAFORM_TYPES, Declaration, Deployment, Gap, Instance
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.accounts import configured_account, shared_account
from iac_keycheck.terraform.alike import alike, compared_numbers
from iac_keycheck.terraform.apart import apart
from iac_keycheck.terraform.applied import applied
from iac_keycheck.terraform.configuration import Module
from iac_keycheck.terraform.defaults import Defaults
from iac_keycheck.terraform.facts import facts_of
from iac_keycheck.terraform.file_names import configuration_files
from iac_keycheck.terraform.files import ScannedFiles
from iac_keycheck.terraform.instances import Attributes, Scope
from iac_keycheck.terraform.members import index_text, key_text
from iac_keycheck.terraform.public_modules import PREFIX, is_sketch
from iac_keycheck.terraform.root_inputs import Givers, RootInputs, worlds_of
from iac_keycheck.terraform.syntax import Block, Expression, GetAttr, Index, Literal, Name, Template
from iac_keycheck.workspace import Workspace, join, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.choices import Choices
    from iac_keycheck.terraform.terragrunt import Unit, Units

CREDENTIAL = expression(
    r"module\.(?<![\w.]module\.)([\w-]+)(?:\[[^\]\n]*\]|\.\*)?\.(access_key\w*|secret\w*|user_name)\b"
)
_CREDENTIALS = (".access_key", ".secret", ".user_name")
SOURCE = expression(r'source[ \t]*=[ \t]*"([^"$%\\\n]*)"')
STRING = expression(r'"(?:[^"\\]|\\.)*"')
DEMONSTRATION = frozenset({"example", "examples", "test", "tests", "fixtures", "samples", "demo"})
_INDEX = expression(r'\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]')
DEPTH = 32
"""How deep modules may call modules."""
_LETTER = expression(r'(?:#|//).*|"([a-z])"|\b([a-z]) *[=:]')
"""A text or key of one letter; comments are passed over."""
_ASKED = expression(r'(?:#|//).*|\b(?:lookup|contains)\([^"\n]*, *"([^"$%]+)"|\["([^"$%]+)"\]')
"""A key that `lookup`, `contains` or an index asks for."""
_MOST_ASKED = 64
ALL_INSTANCES = 10_000
"""How many instances one block may have in all instances of its module."""
BLOCKS = 10_000
"""How many blocks of users, keys and logins a root module may have. IAM's quotas allow an account 5,000 users."""
CALLS = 500
"""How many calls of modules are followed from one root module."""


@dataclass(slots=True)
class Modules:
    """The modules of a scan by directory, loaded when asked for."""

    workspace: Workspace
    scanned: Collection[str] = ()
    terragrunt: Collection[str] = ()
    problems: list[Problem] = field(default_factory=list)
    defaults: Defaults = field(default_factory=Defaults)
    _units: Units | None = None
    _loaded: dict[str, Module] = field(default_factory=dict)
    _sources: dict[str, dict[str, str]] = field(default_factory=dict)
    _relevant: dict[str, bool] = field(default_factory=dict)
    _downloads: dict[str, dict[str, str]] = field(default_factory=dict)

    def module(self, directory: str) -> Module:
        """The module in a directory."""
        if directory not in self._loaded:
            if is_sketch(directory):
                from iac_keycheck.terraform.public_modules.sketches import keep_sketch  # noqa: PLC0415 — rare

                keep_sketch(directory, self.workspace)
            self._loaded[directory] = Module.load(directory, self.workspace)
        return self._loaded[directory]

    def is_module(self, directory: str) -> bool:
        """Whether a directory holds configuration and may be read."""
        return bool(configuration_files(self.workspace.listing(directory)))

    def downloaded(self, root: str) -> Mapping[str, str]:
        """The directories of the modules that ``terraform init`` has brought to a root, by their path of names."""
        path = join(root, ".terraform/modules/modules.json")
        if path not in self._downloads:
            found: dict[str, str] = {}
            if self.workspace.exists(path):
                try:
                    listed = json.loads(self.workspace.read(path))
                    for module in listed["Modules"]:
                        name, place = module["Key"], module["Dir"]
                        if not isinstance(name, str) or not name or not isinstance(place, str):
                            continue
                        directory = join(root, place)
                        if self.is_module(directory):
                            found[name] = directory
                except (InputError, ValueError, KeyError, TypeError, RecursionError):
                    found = {}
            self._downloads[path] = found
        return self._downloads[path]

    def units(self) -> Mapping[str, Sequence[Unit]]:
        """The units of Terragrunt that deploy modules, by the directory of the module."""
        return self._terragrunt().by_module if self.terragrunt else {}

    def unit(self, path: str) -> Unit | None:
        """The unit of a file."""
        return self._terragrunt().at(path) if path in self.terragrunt else None

    def _terragrunt(self) -> Units:
        if self._units is None:
            from iac_keycheck.terraform.terragrunt import units_of  # noqa: PLC0415 — only where there are units

            # more are added as files are read
            self._units = units_of(self.terragrunt, self.workspace)
            self.problems = self._units.problems
        return self._units

    def sources(self, directory: str) -> Mapping[str, str]:
        """The literal sources of the module calls in a directory, by name."""
        if directory not in self._sources:
            module = self.module(directory)
            found: dict[str, str] = {}
            for (name,) in module.labels("module"):
                source = _source(module, name)
                if source is not None:
                    found[name] = source
            self._sources[directory] = found
        return self._sources[directory]

    def called(self, directory: str) -> set[str]:
        """The directories of the local modules that a directory calls."""
        return {join(directory, source) for source in self.sources(directory).values() if is_local(source)}

    def relevant(self, directory: str, words: Callable[[str], bool]) -> bool:
        """Whether a module or one that it calls says a word about users or keys."""
        unit = self.unit(directory)
        if unit is not None:
            return is_sketch(unit.module) or self._is_relevant(unit.module, words, ())
        return self._is_relevant(directory, words, ())

    def _is_relevant(self, directory: str, words: Callable[[str], bool], above: tuple[str, ...]) -> bool:
        known = self._relevant.get(directory)
        if known is not None:
            return known
        if directory in above or not self.is_module(directory):
            return False
        if len(above) > DEPTH:
            # deeper than is looked: whoever follows the calls says so
            return True
        below = {*self.called(directory), *self.downloaded(directory).values()}
        found = words(directory) or any(self._is_relevant(child, words, (*above, directory)) for child in below)
        self._relevant[directory] = found
        return found


def _source(module: Module, name: str) -> str | None:
    """The source of a module call, without parsing the block where its text leaves no doubt."""
    entry = module.entry("module", name)
    if entry is not None and not module.is_overridden("module", name):
        text = entry.text()
        said = [found[1] for found in SOURCE.finditer(text) if _begins_line(text, found.start())]
        if len(said) == 1:
            return said[0]
    return literal(module.block("module", name), "source")


def _begins_line(text: str, offset: int) -> bool:
    """Whether nothing but space stands before this place on its line."""
    return not text[text.rfind("\n", 0, offset) + 1 : offset].strip(" \t")


def is_local(source: str) -> bool:
    """Whether a module's source is a directory of this code."""
    return source.startswith(("./", "../")) or source in (".", "..")


def literal(block: Block | None, name: str) -> str | None:
    """An argument that is plain text."""
    attribute = block.body.attributes.get(name) if block else None
    match attribute.expression if attribute else None:
        case Template(parts=(str(text),)):
            return text
        case _:
            return None


def _in_comment(text: str, offset: int) -> bool:
    """Whether a comment begins before this place on its line."""
    before = STRING.sub("", text[text.rfind("\n", 0, offset) + 1 : offset])
    return "#" in before or "//" in before or text.rfind("/*", 0, offset) > text.rfind("*/", 0, offset)


def roots(directories: Iterable[str], modules: Modules) -> list[str]:
    """Those of the directories that are root modules, and the units of Terragrunt that deploy what lies elsewhere."""
    deployed = modules.units()
    scanned = [directory for directory in directories if modules.is_module(directory)]
    callers: dict[str, set[str]] = {}
    for directory in scanned:
        for called in modules.called(directory):
            if called != directory:
                callers.setdefault(called, set()).add(directory)
    found = [d for d in scanned if not callers.get(d) or d in deployed or _is_root_anyway(d, callers[d], modules)]
    reached = _reached(found, modules)
    for directory in scanned:
        if directory not in reached:
            # modules that call each other in a ring: whoever applies them begins with one of them
            found.append(directory)
            reached |= _reached([directory], modules)
    return found + [unit.path for module, units in deployed.items() if module not in modules.scanned for unit in units]


def _reached(directories: Iterable[str], modules: Modules) -> set[str]:
    """These directories with all that they call."""
    reached: set[str] = set()
    pending = list(directories)
    while pending:
        directory = pending.pop()
        if directory not in reached:
            reached.add(directory)
            pending.extend(modules.called(directory))
    return reached


def _is_root_anyway(directory: str, callers: set[str], modules: Modules) -> bool:
    names = modules.workspace.listing(directory)
    if "terraform.tfvars" in names or "terragrunt.hcl" in names:
        return True
    if all(DEMONSTRATION & set(posixpath.relpath(caller, directory).split("/")) for caller in callers):
        return True
    for block in modules.module(directory).blocks("terraform"):
        if any(nested.type in ("backend", "cloud") for nested in block.body.blocks):
            return True
        if block.from_json and {"backend", "cloud"} & block.body.attributes.keys():
            return True
    return False


def deployment(root: str, modules: Modules, choices: Choices, words: Callable[[str], bool]) -> Deployment:
    """What a root module deploys, as far as it concerns users and keys.

    Of a unit of Terragrunt it is what the unit deploys; findings point at where it names the module.
    """
    inputs = Inputs()
    own = modules.unit(root)
    directory = own.module if own else root
    builder = _Builder(directory, modules, inputs, words)
    scope = builder.scope(directory, None, "", own.block if own else None)
    instance = scope.instance(None, None)
    scope.root_inputs = RootInputs(instance)
    space = Space(inputs)
    units = modules.units().get(root, ())
    worlds_of(instance, choices, space, builder.problems, Givers(modules.defaults, modules.module, own, units))
    builder.imported = frozenset(_imported(scope.module))
    builder.grow(scope)
    inputs.keys = cache(builder.keys)
    name = own.directory if own else root
    too_many = builder.too_many(scope)
    if too_many is not None:
        return Deployment(name, "terraform", space, problems=(*dict.fromkeys(builder.problems), too_many))
    facts = facts_of(scope, modules.scanned.__contains__)
    declarations = tuple(builder.declarations(scope))
    if builder.deploys_stacks(scope):
        from iac_keycheck.terraform.stacks import with_stacks  # noqa: PLC0415 — rare

        parts, facts = with_stacks(scope, space.committed, facts)
        declarations += tuple(parts.declarations)
        builder.problems += parts.problems
        builder.gaps += parts.gaps
        builder.constraints += parts.constraints
        builder.unread |= parts.unread
    space.constraints = (*space.constraints, *builder.constraints)
    space.fitted = _fitted
    space.applies = partial(applied, declarations, inputs)
    gaps = tuple(builder.gaps)
    return Deployment(
        name,
        "terraform",
        space,
        declarations,
        gaps,
        tuple(dict.fromkeys(builder.problems)),
        builder.unread,
        account=shared_account(instance),
        home=partial(configured_account, instance, "aws", ""),
        facts=facts,
        met=lambda: (
            *(problem for seen in builder.seen for problem in modules.module(seen).problems),
            *modules.problems,
        ),
    )


@dataclass(slots=True)
class _Builder:
    root: str
    modules: Modules
    inputs: Inputs
    words: Callable[[str], bool]
    problems: list[Problem] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    unread: dict[str, Gap] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    seen: dict[str, None] = field(default_factory=dict)
    imported: frozenset[str] = frozenset()
    calls: int = 0

    def scope(self, directory: str, parent: Scope | None, name: str, call: Block | None) -> Scope:
        self.seen[directory] = None
        return Scope(self.modules.module(directory), self.inputs, self.files, parent, name, call)

    def keys(self) -> Keys:
        """The keys that the code asks for, and the single letters in it: nobody makes up longer ones."""
        from iac_keycheck.terraform.looked_for import parts_looked_for  # noqa: PLC0415 — few ask for it

        texts = self.modules.workspace.texts.items()
        own = [
            text.replace('\\"', '"') if path.endswith(".json") else text  # quotes of expressions in it are escaped
            for path, text in texts
            if (posixpath.dirname(path) or ".") in self.seen
        ]
        asked = (key for text in own for found in _ASKED.findall(text) for key in found if key)
        letters = (letter for text in own for found in _LETTER.findall(text) for letter in found if letter)
        named = tuple(dict.fromkeys(islice(asked, _MOST_ASKED)))
        return Keys(named, frozenset(letters), alike(own), compared_numbers(own), parts_looked_for(own))

    def files(self, scope: Scope) -> ScannedFiles:
        return ScannedFiles(self.modules.workspace, scope, self.root)

    def grow(self, scope: Scope) -> None:
        """Add the modules that a module calls, as far as they can be read and matter."""
        module = scope.module
        used = self._used_like_credentials(module)
        for (name,) in module.labels("module"):
            entry = module.entry("module", name)
            source = self.modules.sources(module.directory).get(name)
            where = Span(entry.path, entry.line, 1, entry.line, 1) if entry else Span(module.directory, 1, 1, 1, 1)
            if source is not None and is_local(source):
                reason = self._grow_local(scope, name, join(module.directory, source), where)
            else:
                reason = self._grow_remote(scope, name, source)
            if reason is not None:
                scope.children[name] = reason
                gap = Gap(f"{scope.address}.module.{name}".lstrip("."), reason, where)
                self.unread[reason] = gap
                if name in used:
                    self.gaps.append(gap)

    def _grow_local(self, scope: Scope, name: str, directory: str, where: Span) -> str | None:
        """Add one local module; what stands in the way otherwise."""
        if not self.modules.is_module(directory):
            self.problems.append(
                Problem("missing-module", f'module.{name}: there is no module in "{directory}"', where, relevant=False)
            )
            return f'module.{name} could not be read: there is no module in "{directory}"'
        if self.calls >= CALLS:
            message = f"more than {CALLS} calls of modules lead out of {self.root}; the rest is not looked at"
            self.problems.append(Problem("bound", message, start_of(self.root)))
            self.gaps.append(Gap(f"{scope.address}.module.{name}".lstrip("."), message, where))
            return message
        self.calls += 1
        if directory in scope.ancestors() or len(scope.ancestors()) > DEPTH:
            self.problems.append(Problem("loop", f"module.{name} calls itself through {directory}", where))
            return f"module.{name} calls itself"
        child = self.scope(directory, scope, name, scope.module.block("module", name))
        scope.children[name] = child
        self.grow(child)
        return None

    def _grow_remote(self, scope: Scope, name: str, source: str | None) -> str | None:
        """Add a module from elsewhere: as downloaded by ``terraform init``, or as what is known of public modules."""
        if source is None:
            return f"module.{name} has a source that is not plain text"
        from iac_keycheck.terraform.public_modules.sketches import is_public, public_module  # noqa: PLC0415 — not local

        directory = self.modules.downloaded(self.root).get(".".join((*scope.path, name)))
        call = scope.module.block("module", name) if directory is not None or is_public(source) else None
        if directory is None and call is not None:
            version = literal(call, "version")
            if version is None and "version" in call.body.attributes:
                return f"module.{name} has a version that is not plain text"
            directory = public_module(source, version, call.body.attributes)
        if directory is None or len(scope.ancestors()) > DEPTH:
            return f"module.{name} comes from {source}, which is not in this scan"
        child = self.scope(directory, scope, name, call)
        scope.children[name] = child
        self.grow(child)
        return None

    def deploys_stacks(self, scope: Scope) -> bool:
        """Whether a module, or one that it calls, deploys CloudFormation stacks."""
        here = any(labels[0].startswith("aws_cloudformation_stack") for labels in scope.module.labels("resource"))
        return here or any(self.deploys_stacks(one) for one in scope.children.values() if isinstance(one, Scope))

    def _used_like_credentials(self, module: Module) -> set[str]:
        used: set[str] = set()
        for name in configuration_files(self.modules.workspace.listing(module.directory)):
            text = self.modules.workspace.texts.get(join(module.directory, name), "")
            if "module." in text and any(word in text for word in _CREDENTIALS):
                used.update(match[1] for match in CREDENTIAL.finditer(text) if not _in_comment(text, match.start()))
        return used

    def declarations(self, scope: Scope) -> Iterator[Declaration]:
        """The users, keys and login profiles of a module and those it calls, in source order."""
        for owner, type_, name in self._blocks(scope):
            block = owner.module.block("resource", type_, name)
            if block is not None:
                yield self._declaration(owner, block, type_, name)

    def _blocks(self, scope: Scope) -> Iterator[tuple[Scope, str, str]]:
        """Where they stand: the module, the type and the name."""
        for type_, name in scope.module.labels("resource"):
            if type_ in TERRAFORM_TYPES:
                yield scope, type_, name
        for child in scope.children.values():
            if isinstance(child, Scope):
                yield from self._blocks(child)

    def too_many(self, scope: Scope) -> Problem | None:
        """What is said at the first block of users and keys that is one too many, for all of them."""
        for owner, type_, name in islice(self._blocks(scope), BLOCKS, None):
            block = owner.module.block("resource", type_, name)
            if block is not None:
                message = f"more than {BLOCKS:,} blocks of users, keys and logins: none of them is looked at"
                return Problem("bound", message, block.span)
        return None

    def _declaration(self, scope: Scope, block: Block, type_: str, name: str) -> Declaration:
        address = f"{scope.address}.{type_}.{name}".lstrip(".")
        call = self._call_in_scan(scope)
        where = {key: attribute.span for key, attribute in block.body.attributes.items()}
        condition = where.get("count") or where.get("for_each")
        declaration: Declaration
        what = ("expand", address)
        settled: tuple[Instance, ...] | Unknown | None = None

        def expand() -> tuple[Instance, ...] | Unknown | Cannot:
            nonlocal settled
            if settled is not None:
                return settled
            found = self.inputs.remember(what, lambda: self._expanded(scope, block, type_, name, declaration))
            if self.inputs.reads_nothing(what):
                settled = found
            return found

        declaration = Declaration(
            TERRAFORM_TYPES[type_],
            address,
            call.span if call else block.span,
            call.header if call else block.header,
            expand,
            tuple(step for step in scope.calls if not step.span.path.startswith(PREFIX)),
            None if call else condition,
            attribute_spans={} if call else where,
            apart=apart(block, scope),
        )
        return declaration

    def _expanded(
        self, scope: Scope, block: Block, type_: str, name: str, declaration: Declaration
    ) -> tuple[Instance, ...] | Unknown:
        modules = scope.instances()
        if isinstance(modules, Unknown):
            return modules
        found: list[Instance] = []
        for module in modules:
            members = module.members("resource", type_, name)
            if isinstance(members, Unknown):
                return members
            if len(found) + len(members) > ALL_INSTANCES:
                raise Refused(f"it has more than {ALL_INSTANCES} instances", bound=True)
            for member in members:
                module.check_preconditions(block, member)
                address = f"{module.address}{type_}.{name}{index_text(member.token)}"
                target = f"{module.target}{type_}.{name}{key_text(member.token)}"
                read = Attributes(module, type_, name, member.token)
                account = module.account_of(block, type_.partition("_")[0], module.frame_of(member))
                imported = bool(self.imported & {target, declaration.address})
                found.append(Instance(declaration, address, read, account, target, imported))
        return tuple(found)

    def _call_in_scan(self, scope: Scope) -> Block | None:
        """The call to point at for what a module declares that is not part of the scan."""
        here: Scope | None = scope
        call: Block | None = None
        while here is not None and here.module.directory not in self.modules.scanned:
            call, here = here.call, here.parent
        return call


def _fitted(source: Input, value: Value) -> Value:
    return conversions.convert(value, source.type)


def _imported(module: Module) -> Iterator[str]:
    """The addresses that ``import`` blocks name, which existed before: without keys where one is not plain."""
    for block in module.blocks("import"):
        target = block.body.attributes.get("to")
        if target is not None:
            address, exact = _address(target.expression)
            yield address if exact else _INDEX.sub("", address)


def _address(node: Expression) -> tuple[str, bool]:
    """The text of a reference to a resource, and whether all its keys are plain."""
    match node:
        case Name(name):
            return name, True
        case GetAttr(source, name):
            address, exact = _address(source)
            return f"{address}.{name}", exact
        case Index(source, Template(parts=(str(key),))):
            address, exact = _address(source)
            return f"{address}{key_text(key)}", exact
        case Index(source, Literal(value=int() as key)):
            address, exact = _address(source)
            return f"{address}{key_text(key)}", exact
        case Index(source, _):
            return _address(source)[0], False
        case _:
            return "", False
