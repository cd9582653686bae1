"""What the lines of a ``.gitignore`` mean is what git says that they mean: git is asked."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from iac_keycheck.discovery.ignore_lines import Lines, below, subject
from iac_keycheck.discovery.patterns import Patterns
from tests.test_changes import git

_FILES = (
    "a", "ab", "b.tf", "[b]", "!c", "#d", "a b", "x ", "Ab", "a-b", "a*b", "\\e", "a]", ".hidden",
    "d/a", "d/ab.tf", "d/d/a", "d/d/b.tf", "d/e/f/a", "d/e/f/g.tf", "d/e/f/d/b",
    "e/d/a", "e/.tf", "f.tf/a", "f.tf/x/a.tf", "a.tfvars/d/b",
)  # fmt: skip
_FOLDERS = ("d", "d/d", "d/e", "d/e/f", "d/e/f/d", "e", "e/d", "f.tf", "f.tf/x", "a.tfvars", "a.tfvars/d")
_PATHS = sorted({*_FILES, *_FOLDERS})
_PIECES = (
    "a", "b", "d", "e", "f", ".tf", "*", "**", "?", "/", "/", "/**/", "**/", "/**", "[ab]", "[!a]", "[a-c]", "[^d-f]",
    "[]a]", r"[a\\]", "[[:alpha:]]", "[[:punct:]]", "[a-", "[[:x:]]", r"\*", "\\", "!", "#", " ", r"\ ", "[c-a]",
    r"[a\-b]", "[--b]", "[!]a-]", "***", "[[:]", "[-a]", "[a-]", "\t", "-", "]",
)  # fmt: skip
_KNOWN = (
    "", "a", "/a", "d", "d/", "/d/a", "d/*", "d/**", "d/**/a", "**/a", "**/d/a", "**", "/**", "*.tf", "!*.tf", "*",
    "/*", "d/e/*\n!d/e/f", "*\n!d/\n!d/d/", "/d/\n!/d/a", r"\#d", r"\!c", "!c", "#d", r"x\ ", "x ", "a b", r"\\e",
    "[[]b]", r"a\*b", "d//a", "//a", "/", "!", "!/d", "a/", "f.tf/**/", "**/**/a", "**/**", "d/**/**/b", "***/a",
    "d/***/a", "[b-/]", "d[/]a", r"d\/a", "a**", "d/a**b*", "?", "??", "a?b", "[a-b]*", "*[!a]", "*/a", "*/*/a", "d*/a",
    "\r", "a\r", "a\r\nd", "\ufeffa", ".*", "*.*", "d/?/f", "**//**", "d/**//a",
)  # fmt: skip


# Git takes a plain beginning off pattern and path, so that `a**/b` is to it what `**/b` is behind an `a`. Its manual
# says that such asterisks are regular ones, and so do we. Nor are characters bytes to us, as they are to git.
_BEHIND_PLAIN = re.compile(r"(?m)^!?/?[^*?\[\\\n]*[^*?\[\\\n/!]\*\*")


def of_chance(seed: int) -> str:
    """Lines of a few pieces each."""
    choose = random.Random(seed)  # noqa: S311 — the same lines each time
    count = choose.randint(1, 4)
    return "\n".join("".join(choose.choices(_PIECES, k=choose.randint(1, 5))) for _ in range(count))


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with all the files."""
    top = tmp_path_factory.mktemp("ignored")
    git(top, "init", "--quiet")
    for name in _FILES:
        path = top / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    return top


def by_git(top: Path, text: str) -> set[str]:
    """The paths that git ignores."""
    (top / ".gitignore").write_text(text, "utf-8", newline="")
    asked = "".join(f"{path}\0" for path in _PATHS).encode()
    command = ["git", "check-ignore", "-z", "--stdin", "--no-index"]
    done = subprocess.run(command, cwd=top, input=asked, capture_output=True, check=False)
    assert done.returncode < 2, done.stderr
    return set(done.stdout.decode().split("\0")[:-1])


def by_lines(top: Path, text: str) -> set[str]:
    """The paths that our lines leave out."""
    patterns = Patterns(Lines.of_file(text))
    return {path for path in _PATHS if patterns.match(path, directory=(top / path).is_dir())}


@pytest.mark.parametrize("text", _KNOWN)
def test_lines_mean_what_git_says(text: str, tree: Path) -> None:
    assert by_lines(tree, text) == by_git(tree, text)


def test_lines_of_chance_mean_what_git_says(tree: Path) -> None:
    ignored = 0
    for text in map(of_chance, range(400)):
        if _BEHIND_PLAIN.search(text):
            continue
        expected = by_git(tree, text)
        assert by_lines(tree, text) == expected, text
        ignored += bool(expected)
    assert ignored > 100


def test_many_names_are_looked_at_in_one_text() -> None:
    lines = Lines.of(["*.tf", "!a.tf", "/b/c", "d/"])
    names = [subject(name, is_directory=name == "d") for name in ("x", "a.tf", "d")]
    assert lines.is_about_some("", ["x", "y"]) is False
    assert lines.is_about_some("", ["x", "d"]) is False
    assert lines.is_about_some("", ["x", "/d"]) is True
    assert lines.is_about_some("b/", ["x", "c"]) is True
    assert lines.is_about_some("c/", ["x", "c"]) is False
    assert [lines.verdict("", name) for name in names] == [None, False, True]
    assert below("b/", "/c") == "/b/c"


def test_lines_that_mean_nothing_spoil_no_others() -> None:
    lines = Lines.of_file("[a-\n!\na\\\n[[:no:]]\n*.tf\n")
    assert [one.said for one in lines.lines] == [one.said for one in Lines.of(["*.tf"]).lines]


@pytest.mark.parametrize("text", ["[a-", "!", "a\\", "[[:no:]]", "b/[]/c"])
def test_a_line_that_means_nothing_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"[!:]"):
        Lines.of([text])
