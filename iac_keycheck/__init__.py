"""Which access keys can IAM users have, which are active together, and for which inputs: answers from code alone.

``scan(paths, choices)`` gives a `Report`; the other names are what it and rules are made of. They are imported when
they are first asked for, so that the package itself costs nothing.
"""

from __future__ import annotations

import sys
from types import ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from iac_keycheck.choices import Choices as Choices
    from iac_keycheck.choices import Misuse as Misuse
    from iac_keycheck.deciding.verdicts import Certainty as Certainty
    from iac_keycheck.findings import Finding as Finding
    from iac_keycheck.findings import Meta as Meta
    from iac_keycheck.findings import Note as Note
    from iac_keycheck.findings import Occurrence as Occurrence
    from iac_keycheck.findings import Place as Place
    from iac_keycheck.findings import Report as Report
    from iac_keycheck.findings import Severity as Severity
    from iac_keycheck.findings import Suppression as Suppression
    from iac_keycheck.findings import Undecided as Undecided
    from iac_keycheck.findings import User as User
    from iac_keycheck.graph import Graph as Graph
    from iac_keycheck.limits import Limits as Limits
    from iac_keycheck.scan import build as build
    from iac_keycheck.scan import scan as scan
    from iac_keycheck.source import Problem as Problem
    from iac_keycheck.source import Span as Span

__version__ = "0.1.0"

_MODULES = {
    "choices": ("Choices", "Misuse"),
    "findings": (
        "Finding",
        "Meta",
        "Note",
        "Occurrence",
        "Place",
        "Report",
        "Severity",
        "Suppression",
        "Undecided",
        "User",
    ),
    "graph": ("Graph",),
    "deciding.guards": ("Certainty",),
    "limits": ("Limits",),
    "scan": ("build", "scan"),
    "source": ("Problem", "Span"),
}
_NAMES = {name: module for module, names in _MODULES.items() for name in names}


class _Package(ModuleType):
    """This package, in which the function `scan` is not hidden by the module that it is in."""

    def __setattr__(self, name: str, value: object) -> None:
        """As for every module, but for what the import of a submodule would put in place of a public name."""
        if not (name in _NAMES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> Any:  # noqa: ANN401 — whatever has that name
    """A public name, imported from where it is defined."""
    if name not in _NAMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 — loaded by the interpreter already

    found = getattr(import_module(f"{__name__}.{_NAMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """The public names, imported or not."""
    return sorted({*globals(), *_NAMES})
