"""Tells evidence from other files by content, cheap tests first, and refuses what cannot be read with what to do."""

from __future__ import annotations

import io
from enum import Enum

from iac_keycheck.evidence.hints import ARCHIVE, HEAD, JSON, OLD_PLAN, UTF_16, is_report, start_of_text
from iac_keycheck.evidence.json_walk import Broken, JsonText, Tick
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import Problem, Span
from iac_keycheck.workspace import start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_ABOUT_KEYS: Final = expression(rb"aws_iam_access_key|expiring_iam_access_key|aws_iam_user\b")
_PLAN: Final = frozenset(
    {"planned_values", "resource_changes", "configuration", "prior_state", "output_changes", "relevant_attributes"}
)
_ZIP_MEMBER: Final = 64 << 20


class Kind(Enum):
    """What a file of evidence is."""

    PLAN = "plan"
    STATE = "state"
    SHOWN_STATE = "state as `terraform show -json` prints it"
    CREDENTIAL_REPORT = "credential report"
    REPORT_ANSWER = "credential report as the AWS CLI prints it"
    ACCESS_KEYS = "list of access keys"
    AUTHORIZATION_DETAILS = "account authorization details"


@dataclass(frozen=True, slots=True)
class Recognised:
    """A file of evidence. ``members`` are the names of its first document with where their values start.

    ``broken`` is where the text ends to be JSON; what stands before is good.
    """

    kind: Kind
    text: JsonText
    members: dict[str, int] = field(default_factory=dict)
    broken: Broken | None = None


def recognised(path: str, data: bytes, tick: Tick | None = None) -> Recognised | Problem | None:
    """What a file is; a problem for evidence in a form that is not read; None for what is no evidence."""
    if data[:4] == ARCHIVE:
        return _zipped(path, data)
    if data[:6] == OLD_PLAN:
        return _refused(path, data, "a binary plan of Terraform before 0.12: plan again with a newer Terraform")
    if data[:2] in UTF_16:
        # what a Windows shell redirects into a file
        data = data.decode("utf-16", "replace").encode("utf-8", "surrogatepass")
    start = start_of_text(data)
    if start[:1] in JSON:
        return _json(JsonText(path, data) if tick is None else JsonText(path, data, tick))
    return Recognised(Kind.CREDENTIAL_REPORT, JsonText(path, data)) if is_report(start) else None


def _json(text: JsonText) -> Recognised | Problem | None:
    members: dict[str, int] = {}
    broken = None
    try:
        for first in text.documents():
            if text.kind(first) == "[":
                return Recognised(Kind.ACCESS_KEYS, text) if _lists_keys(text, first) else None
            for name, value in text.members(first):
                members[name] = value
                if len(members) == 1 and name == "@level":
                    return _refused(text.path, text.data, _LOG) if b"terraform" in text.data[:HEAD] else None
            break
    except Broken as error:
        broken = error
    try:
        kind = _kind(text, members)
    except Broken:
        # the very number of its version cannot be read
        return None
    return Recognised(kind, text, members, broken) if isinstance(kind, Kind) else kind


_LOG: Final = (
    "the log of `terraform plan -json`, which names no values: write the plan with `terraform plan -out=FILE` and scan "
    "what `terraform show -json FILE` prints"
)


def _kind(text: JsonText, members: dict[str, int]) -> Kind | Problem | None:
    names = members.keys()
    if "format_version" in names and (names & _PLAN or "values" in names):
        return _shown(text, members)
    if "encryption_version" in names and "encrypted_data" in names:
        message = "an encrypted state or plan: scan what `tofu show -json` prints"
        return _refused(text.path, text.data, message, known=False)
    if "version" in names and "terraform_version" in names and names & {"resources", "modules", "lineage", "serial"}:
        return _state(text, members)
    if "AccessKeyMetadata" in names:
        return Kind.ACCESS_KEYS
    if "UserDetailList" in names:
        return Kind.AUTHORIZATION_DETAILS
    if "Content" in names and "GeneratedTime" in names:
        return Kind.REPORT_ANSWER
    return None


def _shown(text: JsonText, members: dict[str, int]) -> Kind | Problem:
    version = text.load(members["format_version"])
    what = "plan" if members.keys() & _PLAN else "state"
    if not isinstance(version, str) or version.partition(".")[0] not in ("0", "1"):
        message = f"a {what} in another format version than 0.1 to 1.x: show it with an older Terraform"
        return _refused(text.path, text.data, message)
    return Kind.PLAN if what == "plan" else Kind.SHOWN_STATE


def _state(text: JsonText, members: dict[str, int]) -> Kind | Problem:
    version = text.load(members["version"])
    if version == 4:  # noqa: PLR2004 — the version of state files since Terraform 0.12
        return Kind.STATE
    if isinstance(version, int) and version < 4:  # noqa: PLR2004
        todo = "scan what `terraform state pull` of Terraform 0.12 or later prints"
        return _refused(text.path, text.data, f"a state of version {version}: {todo}")
    return _refused(text.path, text.data, "a state of a newer version than 4: scan what `terraform show -json` prints")


def _lists_keys(text: JsonText, at: int) -> bool:
    """Whether an array has the elements of ``AccessKeyMetadata``, or answers of several calls."""
    for element in text.elements(at):
        names = {name for name, _ in text.members(element)}
        return {"AccessKeyId", "Status"} <= names or "AccessKeyMetadata" in names
    return False


def _zipped(path: str, data: bytes) -> Problem | None:
    """A binary plan is an archive; it is compressed, so that its words show only when it is opened."""
    import lzma  # noqa: PLC0415 — few scans see one
    import zipfile  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if "tfplan" not in archive.namelist():
                return None
            inside = b""
            for name in {"tfplan", "tfstate"} & {*archive.namelist()}:
                with archive.open(name) as member:
                    inside += member.read(_ZIP_MEMBER)
    except (zipfile.BadZipFile, zlib.error, lzma.LZMAError, OSError, ValueError, RuntimeError, EOFError):
        return None
    return _refused(path, inside, "a binary plan: scan what `terraform show -json FILE` prints of it")


def _refused(path: str, data: bytes, what: str, *, known: bool = True) -> Problem:
    """Evidence that cannot be read; it matters where it says a word about users or keys, or does not show its words."""
    relevant = not known or _ABOUT_KEYS.search(data) is not None
    return Problem("format", f"this is {what}", start_of(path), relevant)


def problems(recognition: Recognised) -> tuple[Problem, ...]:
    """What is wrong with the text of a file, once it was read."""
    text = recognition.text
    terraform = recognition.kind in (Kind.PLAN, Kind.STATE, Kind.SHOWN_STATE)
    relevant = not terraform or _ABOUT_KEYS.search(text.data) is not None
    found: dict[int, Problem] = {}
    for broken in (*text.faults, *([recognition.broken] if recognition.broken else [])):
        place = text.position(min(broken.offset, len(text.data)))
        message = f"{broken.what}; what can be read is used"
        found.setdefault(broken.offset, Problem("syntax", message, Span(text.path, *place, *place), relevant))
    return tuple(found.values())
