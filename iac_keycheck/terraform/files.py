"""The files that ``file()``, ``templatefile()`` and their like may read: those of the scan, and nothing else."""

from __future__ import annotations

import posixpath

from iac_keycheck.deciding.values import Entries, Refused, Value
from iac_keycheck.records import dataclass
from iac_keycheck.source import InputError
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.workspace import Workspace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.deciding.shapes import Type
    from iac_keycheck.deciding.values import Input
    from iac_keycheck.terraform.instances import Scope

MATCHES = 10_000
"""How many files `ScannedFiles.glob` finds."""
DIRECTORIES = 2_000
"""How many directories it looks into."""
DEEPEST = 20
"""How many levels below a directory it goes: links may lead back into it."""
MOST_PARTS = 4
"""How many ``{…}`` and ``**`` a pattern may have, each of which multiplies the ways to match."""


@dataclass(frozen=True, slots=True)
class ScannedFiles:
    """Files as a module sees them. Paths are relative to the directory of the root module, as Terraform runs there."""

    workspace: Workspace
    scope: Scope
    root: str

    @property
    def module_path(self) -> str:
        """``path.module``."""
        relative = posixpath.relpath(self.scope.module.directory, self.root)
        return "." if relative == "." else relative

    @property
    def root_path(self) -> str:
        """``path.root``."""
        return "."

    @property
    def cwd(self) -> str:
        """``path.cwd``: where Terraform runs is not known; one fixed text stands for it."""
        return "/path/to/working/directory"

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `Refused` where there is none or it lies outside the scan."""
        try:
            return self.workspace.read(self.located(path))
        except InputError as error:
            raise Refused(f'the file "{path}" cannot be read: {error.problem.message}') from None

    def contains(self, path: str) -> bool:
        """Whether a path lies within the scan."""
        return self.workspace.contains(self.located(path))

    def exists(self, path: str) -> bool:
        """Whether there is such a file within the scan."""
        return self.workspace.exists(self.located(path))

    def glob(self, directory: str, pattern: str) -> list[str]:
        """The files below a directory that match a pattern of ``fileset``, relative to it, sorted."""
        if pattern.count("{") > MOST_PARTS or pattern.count("**") > MOST_PARTS:
            raise Refused(f"a pattern with more than {MOST_PARTS} alternatives or stars is not worked with", bound=True)
        found: list[str] = []
        todo = [""]
        steps = 0
        while todo:
            below = todo.pop()
            steps += 1
            if steps > DIRECTORIES or len(found) > MATCHES or below.count("/") > DEEPEST:
                message = f"fileset would look at more than {DIRECTORIES} directories or {DEEPEST} levels"
                raise Refused(message, bound=True)
            for name in self.workspace.listing(posixpath.join(self.located(directory), below)):
                relative = posixpath.join(below, name)
                if self.workspace.is_directory(posixpath.join(self.located(directory), relative)):
                    todo.append(relative)
                elif _matches(relative, pattern):
                    found.append(relative)
        return sorted(found)

    def render(self, template_text: str, variables: Entries, name: str) -> Value:
        """A template with these variables."""
        from iac_keycheck.terraform.hcl import parse_template  # noqa: PLC0415 — rare
        from iac_keycheck.terraform.text import Text  # noqa: PLC0415

        try:
            template = parse_template(Text.of(name, template_text))
        except InputError as error:
            raise Refused(f"{name}: {error.problem.message}") from None
        return evaluate(template, Frame(TemplateNames(self), bindings=dict(variables.entries)))

    def located(self, path: str) -> str:
        """A path as the scan has it."""
        return posixpath.normpath(posixpath.join(self.root, path))


@dataclass(frozen=True, slots=True)
class TemplateNames:
    """A template file sees its variables and nothing else."""

    files: ScannedFiles

    def root(self, name: str, _frame: Frame) -> Value:
        """No root name means anything in a template."""
        raise Refused(f'the template has no variable named "{name}"')

    def part(self, source: Input, path: tuple[str, ...], type_: Type) -> Value:
        """A part of an input that was passed as a variable."""
        return self.files.scope.inputs.value(source, path, type_)


def _matches(path: str, pattern: str) -> bool:
    return _segments_match(path.split("/"), pattern.split("/"))


def _segments_match(path: list[str], pattern: list[str]) -> bool:
    if not pattern:
        return not path
    if pattern[0] == "**":
        return any(_segments_match(path[skip:], pattern[1:]) for skip in range(len(path) + 1))
    from fnmatch import fnmatchcase  # noqa: PLC0415 — few expressions list files

    return (
        bool(path)
        and any(fnmatchcase(path[0], p) for p in _braces(pattern[0]))
        and _segments_match(path[1:], pattern[1:])
    )


def _braces(pattern: str) -> list[str]:
    """The alternatives of ``{a,b}``."""
    start, end = pattern.find("{"), pattern.find("}")
    if start < 0 or end < start:
        return [pattern]
    return [
        expanded
        for choice in pattern[start + 1 : end].split(",")
        for expanded in _braces(pattern[:start] + choice + pattern[end + 1 :])
    ]
