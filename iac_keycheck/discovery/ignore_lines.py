"""The lines of a ``.gitignore`` (https://git-scm.com/docs/gitignore), and which of them speaks of a path."""

from __future__ import annotations

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Sequence
    from typing import Final

BYTES: Final = 1 << 16
"""Lines of more than this, together, are not read."""
_NONE: Final = r"(?!)"


@dataclass(frozen=True, slots=True)
class Line:
    """One pattern, which means a name in any directory or a whole path; ``kept`` says that it begins with ``!``.

    Its ``said`` is an expression for a name, or a path from the directory of its file; those of directories begin with
    a slash there (`subject`).
    """

    said: str
    of_names: bool
    kept: bool
    means: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Lines:
    """All that one file says.

    ``names`` finds the names that some line for names is about, ``paths`` the paths that some other line is about, in
    texts of many that end with NUL. The ``others`` are names that none was about so far.
    """

    lines: tuple[Line, ...]
    names: re.Pattern[str]
    paths: re.Pattern[str]
    others: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Lines:
        """What is said in lines without their ends. Raises `ValueError` for a pattern that can mean nothing."""
        lines = [found for text in texts if (found := line(text)) is not None]
        names = _some(one.said for one in lines if one.of_names)
        return cls(tuple(lines), names, _some(one.said for one in lines if not one.of_names))

    @classmethod
    def of_file(cls, text: str) -> Lines:
        """What a file says, without its lines that can mean nothing."""
        lines = (one.removesuffix("\r") for one in text.removeprefix("\ufeff").split("\n"))
        return cls.of(one for one in lines if _means_something(one))

    def is_about_some(self, prefix: str, names: Sequence[str]) -> bool:
        """Whether it may say something of one of these subjects below ``prefix``, a path that ends with a slash."""
        # most names are names of many files
        new = [one for one in names if one not in self.others]
        if self.names.search("\0".join(new)) is not None:
            return True
        self.others.update(new)
        if self.paths.pattern == _NONE:
            return False
        return self.paths.search("\0".join(below(prefix, name) for name in names)) is not None

    def verdict(self, prefix: str, name: str) -> bool | None:
        """Whether what is called ``name``, as `subject` has it, is left out; None where nothing is said of it."""
        path = below(prefix, name)
        if self.names.search(name) is None and self.paths.search(path) is None:
            return None
        for one in reversed(self.lines):
            if one.means.fullmatch(name if one.of_names else path):
                return not one.kept
        return None


def subject(name: str, *, is_directory: bool) -> str:
    """A name or path as the expressions have it: no path from somewhere begins with a slash, so directories can."""
    return f"/{name}" if is_directory else name


def below(prefix: str, name: str) -> str:
    """The path of a subject, which is one as well."""
    return f"/{prefix}{name[1:]}" if name.startswith("/") else f"{prefix}{name}"


def line(text: str) -> Line | None:
    """What a line means; None for remarks and empty lines. Raises `ValueError` where it can mean nothing."""
    from iac_keycheck.discovery import wildmatch  # noqa: PLC0415 — only where there are patterns

    pattern = _without_spaces(text)
    if not pattern or pattern.startswith("#"):
        return None
    kept = pattern.startswith("!")
    pattern = pattern.removeprefix("!")
    if not pattern:
        raise ValueError("! without a pattern")
    of_directories = pattern.endswith("/")
    pattern = pattern.removesuffix("/")
    of_names = "/" not in pattern
    meant = wildmatch.of_name(pattern) if of_names else wildmatch.of_path(pattern.removeprefix("/"))
    said = f"/{meant}" if of_directories else f"/?+{meant}"
    return Line(said, of_names, kept, expression(said))


def _some(said: Iterable[str]) -> re.Pattern[str]:
    """An expression that finds a subject which one of these means."""
    meant = "|".join(dict.fromkeys(said))
    return expression(rf"(?<![^\0])(?:{meant})(?![^\0])" if meant else _NONE)


def _means_something(text: str) -> bool:
    try:
        line(text)
    except ValueError:
        return False
    return True


def _without_spaces(text: str) -> str:
    """The line without the spaces at its end, but for one that follows a backslash."""
    bare = text.rstrip(" ")
    slashes = len(bare) - len(bare.rstrip("\\"))
    return f"{bare} " if slashes % 2 and bare != text else bare
