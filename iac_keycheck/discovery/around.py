"""What has to be read with a named file, and what stands or falls with it: it is judged with all it is applied with.

A file may decide what others mean: a value of a variable, a local, an output, a template that is nested. What it may
decide is *near* it, and findings there are reported as its own.
"""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from iac_keycheck.discovery.discover import DOCUMENTS, TERRAFORM, UNIT, Found, entry_path, walk
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError
from iac_keycheck.workspace import Workspace, checkout_of, join, shown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_VALUES: Final = (".tfvars", ".tfvars.json")
# Blocks, also of JSON, that say something about blocks in other files of their directory, or in their callers.
_DECIDES: Final = expression(
    rb'(?m)^[ \t]*"?(?:locals|variable|module|data|output|provider|terraform|ephemeral|removed|moved|import)\b'
)
_OUTPUT: Final = expression(rb'(?m)^[ \t]*"?output\b')
_SOURCE: Final = expression(rb'source"?\s*[=:]\s*"(\.{1,2}/[^"]*)"')
_READS: Final = expression(rb"\bfileset\s*\(")
_OF_TEMPLATES: Final = (b"AWS::IAM::", b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application", b"AWS::Include")
_PARAMETERS: Final = expression(r"(?i)param[^/]*(?:/[^/]*)?\.(?:json|ya?ml)\Z|(?:\A|/)samconfig\.(?:toml|ya?ml)\Z")
_FOLDERS_OF_PARAMETERS: Final = ("parameters", "params")


@dataclass(slots=True)
class Around:
    """Looks around named files. Checkouts are walked once, and only where there is something to look for in them."""

    workspace: Workspace
    found: Found
    _files: dict[str, list[str]] = field(default_factory=dict)
    _code: dict[str, bytes] = field(default_factory=dict)

    def look(self, path: str) -> None:
        """Take in what belongs to a named file, which may have gone."""
        directory = posixpath.dirname(path) or "."
        if path.endswith(_VALUES):
            self._values(path, directory)
        elif path.endswith(TERRAFORM):
            self._terraform(path, directory)
        elif posixpath.basename(path) == UNIT:
            self.found.near[directory] = None
        elif path.endswith(".hcl"):
            self._settings(path)
        else:
            self._document(path, directory)

    def _values(self, path: str, directory: str) -> None:
        """The root module that may take the values: the nearest directory with code that says all names they have.

        Where none does, it is the nearest directory with code.
        """
        names = self._names(path)
        places = [
            place
            for place in _upwards(directory)
            if any(name.endswith(TERRAFORM) for name in self.workspace.listing(place))
        ]
        declaring = (place for place in places if all(name in self._code_of(place) for name in names))
        for place in islice((*declaring, *places), 1):
            self._take(place)
            self._callers(place)

    def _names(self, path: str) -> list[bytes]:
        """The variables that a file sets; none where it has gone, or where Terraform loads it for code beside it."""
        from iac_keycheck.terraform.worlds_of_files import (  # noqa: PLC0415 — only for a file of values
            automatic_files,
            read_values,
        )

        directory, name = posixpath.split(path)
        if automatic_files([name]) and self._code_of(directory or "."):
            return []
        try:
            return [name.encode() for name in read_values(path, self.workspace)]
        except InputError:
            return []

    def _terraform(self, path: str, directory: str) -> None:
        gone = not Path(path).exists()
        if gone and not Path(directory).is_dir():
            return
        text = b"" if gone else self._read(path)
        callers = self._callers(directory)
        if gone or _DECIDES.search(text):
            self._take(directory)
        if gone or _OUTPUT.search(text):
            for caller in callers:
                self._take(caller)

    def _callers(self, directory: str) -> list[str]:
        """The directories of the checkout whose modules may lead to this one: they say its name in a module call.

        So do the units of Terragrunt that deploy one of them.
        """
        real = os.path.realpath(directory)
        wanted = {posixpath.basename(real)}
        reached = {real}
        files = self._below(checkout_of(real))
        code = [path for path in files if path.endswith(TERRAFORM)]
        places = {place: os.path.realpath(place) for place in {posixpath.dirname(path) for path in code}}
        while new := {
            places[posixpath.dirname(path)]
            for path in code
            if places[posixpath.dirname(path)] not in reached and self._calls(path, wanted)
        }:
            reached |= new
            wanted |= {posixpath.basename(path) for path in new}
        callers = [join(shown(path), ".") for path in sorted(reached - {real})]
        self.found.directories.update(dict.fromkeys(callers))
        names = tuple(name.encode() for name in wanted)
        units = (path for path in files if posixpath.basename(path) == UNIT)
        self.found.units.update((path, None) for path in units if self._says(path, names))
        return callers

    def _settings(self, path: str) -> None:
        """The units of Terragrunt that may include a file of settings."""
        name = posixpath.basename(path).encode()
        for unit in self._below(checkout_of(os.path.realpath(posixpath.dirname(path) or "."))):
            if posixpath.basename(unit) == UNIT and self._says(unit, (name, b"find_in_parent_folders")):
                self.found.units[unit] = None
                self.found.near[posixpath.dirname(unit) or "."] = None

    def _document(self, path: str, directory: str) -> None:
        if not Path(path).exists():
            return
        name = posixpath.basename(path).encode()
        for place in _upwards(directory):
            code = self._code_of(place)
            if name in code or _READS.search(code):
                self._take(place)
                self._callers(place)
        if _PARAMETERS.search(path) and not self._is_template(path):
            self._templates(directory)
            if posixpath.basename(directory).lower() in _FOLDERS_OF_PARAMETERS:
                self._templates(posixpath.dirname(directory) or ".")
        elif path.lower().endswith(DOCUMENTS) and self._says(path, _OF_TEMPLATES):
            self._nesting(name, directory)

    def _is_template(self, path: str) -> bool:
        from iac_keycheck.cloudformation.detect import is_template  # noqa: PLC0415 — only for a file of that name

        return is_template(path, self._read(path))

    def _nesting(self, name: bytes, directory: str) -> None:
        """The templates that may nest one of that name, and those that nest them."""
        files = [
            path
            for path in self._below(checkout_of(os.path.realpath(directory)))
            if path.lower().endswith(DOCUMENTS) and path not in self.found.documents and self._says(path, _OF_TEMPLATES)
        ]
        wanted = {name}
        while new := [path for path in files if path not in self.found.documents and self._says(path, tuple(wanted))]:
            for path in new:
                self.found.documents[path] = None
                wanted.add(posixpath.basename(path).encode())

    def _templates(self, directory: str) -> None:
        """The templates beside a file that may have values for them."""
        for name in self.workspace.listing(directory):
            path = entry_path(directory, name)
            if name.lower().endswith(DOCUMENTS) and path not in self.found.named and self._says(path, _OF_TEMPLATES):
                self.found.documents[path] = None
                self.found.near[path] = None

    def _take(self, directory: str) -> None:
        self.found.directories[directory] = None
        self.found.near[directory] = None

    def _below(self, top: str) -> list[str]:
        """The files of a checkout that may hold code."""
        if top not in self._files:
            wanted = (*TERRAFORM, *DOCUMENTS, ".hcl")
            self._files[top] = [
                join(directory, name)
                for directory, names in walk(shown(top), Found())
                for name in names
                if name.lower().endswith(wanted)
            ]
        return self._files[top]

    def _calls(self, path: str, names: set[str]) -> bool:
        """Whether a file calls a module in a directory of one of these names, or one above itself."""
        data = self._read(path)
        return b"module" in data and any(
            posixpath.basename(posixpath.normpath(source.decode("utf-8", "replace"))) in names
            or source.rstrip(b"/").endswith(b"..")
            for source in _SOURCE.findall(data)
        )

    def _says(self, path: str, words: Iterable[bytes]) -> bool:
        data = self._read(path)
        return any(word in data for word in words)

    def _code_of(self, directory: str) -> bytes:
        """The Terraform code of a directory as one text."""
        if directory not in self._code:
            names = (name for name in self.workspace.listing(directory) if name.endswith(TERRAFORM))
            self._code[directory] = b"\n".join(self._read(entry_path(directory, name)) for name in names)
        return self._code[directory]

    def _read(self, path: str) -> bytes:
        try:
            return self.workspace.read(path)
        except InputError:
            return b""


def _upwards(directory: str) -> Iterator[str]:
    """A directory and those above it, up to the top of its checkout."""
    top = os.path.realpath(checkout_of(os.path.realpath(directory)))
    place = directory
    while True:
        yield place
        if os.path.realpath(place) == top or os.path.realpath(place) == os.sep:
            return
        place = join(place, "..") if place == "." or place.endswith("..") else posixpath.dirname(place) or "."
