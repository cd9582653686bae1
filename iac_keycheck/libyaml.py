"""The one door to PyYAML for templates and settings: libyaml's composer, the nodes that it makes, and its errors.

PyYAML brings a reader and a resolver of its own beside libyaml's, with twenty expressions that nothing here looks with:
to compile them was a tenth of the time that a small template takes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from iac_keycheck.expressions import expression


@contextmanager
def _compiling_later() -> Iterator[None]:
    """What is imported meanwhile has its expressions compiled when they are first used."""
    at_once = re.compile
    re.compile = expression  # type: ignore[assignment]
    try:
        yield
    finally:
        re.compile = at_once


with _compiling_later():
    from yaml import CSafeLoader
    from yaml._yaml import CParser
    from yaml.constructor import SafeConstructor
    from yaml.error import MarkedYAMLError, YAMLError
    from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, ScalarEvent
    from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

__all__ = [
    "AliasEvent",
    "CParser",
    "CSafeLoader",
    "CollectionEndEvent",
    "CollectionStartEvent",
    "MappingNode",
    "MarkedYAMLError",
    "Node",
    "SafeConstructor",
    "ScalarEvent",
    "ScalarNode",
    "SequenceNode",
    "YAMLError",
]
