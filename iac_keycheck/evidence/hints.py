"""Tells what may be evidence from other files by their bytes, quickly, and without what reads evidence."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

HEAD: Final = 4096
"""How much of a file is looked at to tell what it is."""
ARCHIVE: Final = b"PK\x03\x04"
OLD_PLAN: Final = b"tfplan"
UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
JSON: Final = (b"{", b"[")
_MARKERS: Final = (
    b"format_version",
    b"terraform_version",
    b"AccessKeyMetadata",
    b"UserDetailList",
    b"GeneratedTime",
    b"encryption_version",
    b"AccessKeyId",
    b'"@level"',
)
"""Words of which at least one stands in every kind of JSON evidence."""
_COLUMNS: Final = rb"(?:password|mfa|access_key_[12]|cert_[12])_[a-z_]+|user_creation_time"


def may_be_evidence(data: bytes) -> bool:
    """Whether a file is worth being recognised: false for nearly all that is no evidence."""
    if data[:4] == ARCHIVE or data[:6] == OLD_PLAN or data[:2] in UTF_16:
        return True
    start = start_of_text(data)
    if start[:1] in JSON:
        return any(marker in data for marker in _MARKERS)
    return is_report(start)


def start_of_text(data: bytes) -> bytes:
    """The first bytes, from the first that is no space."""
    return data[:HEAD].lstrip(b"\xef\xbb\xbf \t\r\n")


def is_report(start: bytes) -> bool:
    """Whether the first line names at least two columns of a credential report."""
    first = start.partition(b"\n")[0]
    if first.count(b"_") < 2:  # noqa: PLR2004 — every column has one at least
        return False
    import re  # noqa: PLC0415 — code of Terraform alone does not come here

    return len(re.findall(_COLUMNS, first)) > 1
