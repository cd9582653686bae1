"""What a scan sees of its files before it reads any of them in full: whether there is anything to judge, and where.

Most runs end here, so that little is imported: nothing that parses, evaluates or knows rules.
"""

from __future__ import annotations

from iac_keycheck.discovery.batches import batches
from iac_keycheck.discovery.discover import TERRAFORM, Found, discover, entry_path, is_below
from iac_keycheck.discovery.other_tools import SYNTHESIZED, in_document, in_program, may_make_keys
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError
from iac_keycheck.workspace import EVIDENCE_BYTES, GoneError, Workspace, readable_roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path
    from typing import Final

    from iac_keycheck.discovery.other_tools import Elsewhere
    from iac_keycheck.discovery.patterns import Ignored
    from iac_keycheck.source import Problem

_VALUES: Final = (".tfvars", ".tfvars.json")
# Words of which one stands in all that names a secret, but for case and what joins words: see `literals`.
_SECRETS: Final = (b"secretkey", b"secretaccess", b"awssecret")
_LOWER: Final = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ", b"abcdefghijklmnopqrstuvwxyz")
# A secret is this long, of these characters.
_LONG: Final = b"x" * 40
_OF_SECRETS: Final = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/+"
_MARKED: Final = bytes(ord("x") if code in _OF_SECRETS else ord(" ") for code in range(256))


def may_hold_literals(data: bytes) -> bool:
    """Whether a file, or one of several, is worth a closer look for keys that are written into it."""
    if b"AKIA" in data:
        return True
    if _LONG not in data.translate(_MARKED):
        return False
    joined = data.translate(_LOWER, b"_-")
    return any(word in joined for word in _SECRETS) and b"secret" in data.lower()


@dataclass(slots=True)
class Look:
    """What was found below some paths.

    ``candidates`` are directories of Terraform that are about keys or may call modules that are, by ``about_keys``;
    ``units`` files of Terragrunt that may deploy them. ``documents`` are those that may be evidence (true), or are
    templates (false). ``elsewhere`` makes keys with tools that are not read. ``read_by_code`` are files that code reads
    or runs, and that may have a key written into them.
    """

    workspace: Workspace
    found: Found
    about_keys: Callable[[str], bool] = bool
    candidates: list[str] = field(default_factory=list)
    units: list[str] = field(default_factory=list)
    documents: dict[str, bool] = field(default_factory=dict)
    elsewhere: list[Elsewhere] = field(default_factory=list)
    read_by_code: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to judge, nothing to say, and no key written into the code."""
        seen = (self.candidates, self.units, self.documents, self.elsewhere, self.problems)
        return not any(seen) and not any(map(self._may_hold_literals, self.code_files()))

    def code_files(self) -> list[str]:
        """The files that are code, give values to it or are read by it, but for templates."""
        workspace, found = self.workspace, self.found
        code = [
            entry_path(directory, name)
            for directory in found.directories
            for name in workspace.listing(directory)
            if name.endswith((*TERRAFORM, *_VALUES))
        ]
        return [*code, *self.read_by_code, *(path for path in found.documents if _may_give_values(path))]

    def _may_hold_literals(self, path: str) -> bool:
        watched = self.workspace.watched(path)
        if watched is None:
            try:
                return may_hold_literals(self.workspace.read(path))
            except InputError:
                return False
        return watched


def _may_give_values(path: str) -> bool:
    """Whether a document may be a file of parameters."""
    return path.endswith(".json") and "param" in path.lower()


def look(
    paths: Sequence[str | Path],
    ignored: Ignored,
    wanted: Sequence[str],
    overlay: Mapping[str, bytes] | None = None,
    *,
    gone: bool = False,
) -> Look:
    """What there is below ``paths``. ``wanted`` are words that rules look for besides users and keys.

    ``overlay`` has bytes that take the place of files. ``gone`` says that some of the paths may not be there any more.
    """
    workspace = Workspace(readable_roots(paths), may_hold_literals)
    for path, data in (overlay or {}).items():
        workspace.listing(path.rpartition("/")[0] or ".")
        workspace.keep(path, data)
    found = discover(paths, workspace, ignored, gone=gone)
    if found.named:
        from iac_keycheck.discovery.around import Around  # noqa: PLC0415 — only where files are named

        around = Around(workspace, found)
        for path in found.named:
            around.look(path)
    seen = Look(workspace, found, problems=list(found.problems))
    if found.directories or found.units:
        _look_at_terraform(seen, tuple(wanted))
    if found.documents:
        _look_at_documents(seen)
    if found.programs:
        _look_at_programs(seen)
    return seen


def _look_at_terraform(seen: Look, wanted: tuple[str, ...]) -> None:
    from iac_keycheck.terraform.words import Words  # noqa: PLC0415 — only where there is some

    found = seen.found
    words = Words(seen.workspace, wanted)
    said = any(map(words.about_keys, found.directories)) or words.any_says((*found.units, *found.settings))
    seen.units = list(found.units) if said or found.named else []
    seen.candidates = [directory for directory in found.directories if words.worth_loading(directory)]
    seen.about_keys = words.about_keys
    seen.read_by_code = tuple(words.with_keys)


def _look_at_documents(seen: Look) -> None:
    from iac_keycheck.cloudformation.detect import are_templates, is_template  # noqa: PLC0415 — only for documents
    from iac_keycheck.evidence.hints import may_be_evidence  # noqa: PLC0415

    workspace = seen.workspace
    for batch in batches(seen.found.documents, workspace, EVIDENCE_BYTES):
        # a link to nothing: there is no content to judge
        seen.problems += [error.problem for error in batch.errors if not isinstance(error, GoneError)]
        # a large one is not searched for what only a small one is joined with others for
        alone = len(batch.files) == 1
        whole = b"" if alone else batch.whole
        templates, others = alone or are_templates(whole), alone or may_make_keys(whole)
        for path, data in batch.files.items():
            evident = may_be_evidence(data)
            if evident or (templates and is_template(path, data)):
                seen.documents[path] = evident
            elif others and (one := in_document(path, data)) is not None:
                seen.elsewhere.append(one)
            if path in seen.documents or _may_give_values(path):
                workspace.found((path,), said=workspace.watch(data))


def _look_at_programs(seen: Look) -> None:
    """Take programs that make keys for such, unless what their tool makes of them is in the scan as well."""
    found = seen.found
    rooted = [f"/{path}/" for path in (*found.documents, *found.directories)]
    made = {path.partition(f"/{name}/")[0] or "." for path in rooted for name in SYNTHESIZED if f"/{name}/" in path}
    for path in found.programs:
        if any(is_below(f"/{path}", top) for top in made):
            continue
        try:
            one = in_program(path, seen.workspace.read(path))
        except InputError:
            continue
        if one is not None:
            seen.elsewhere.append(one)
