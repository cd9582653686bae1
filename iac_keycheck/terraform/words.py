"""The words that tell which directories can be about users and keys at all: everything else is read once and left."""

from __future__ import annotations

import re
from collections.abc import Iterable

from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError
from iac_keycheck.terraform.configuration import configuration_files
from iac_keycheck.workspace import Workspace, join

_ABOUT_KEYS = re.compile(
    rb"aws_iam_access_key|aws_iam_user\b|aws_iam_user_login_profile"
    # public modules that make users: see public_modules
    rb"|/iam/aws|iam-(?:system-|s3-|chamber-)?user|/ses/aws|aws-ses\b|user_enabled"
    rb"|module\.[\w-]+(?:\[[^\]\n]*\]|\.\*)?\.(?:access_key|secret|user_name)"
)
_CALLS = re.compile(rb'"\.\.?[/"]')
_ESCAPED = re.compile(rb"\\u00[0-9a-fA-F]{2}")


def mentions_keys(data: bytes) -> bool:
    """Whether a file has a word about users or keys in it."""
    return _ABOUT_KEYS.search(data) is not None


@dataclass(slots=True)
class Words:
    """What the files of directories say, as bytes. ``wanted`` are words that the rules care about besides."""

    workspace: Workspace
    wanted: tuple[str, ...] = ()
    _about: dict[str, bool] = field(default_factory=dict)
    _calls: dict[str, bool] = field(default_factory=dict)

    def about_keys(self, directory: str) -> bool:
        """Whether a file of a directory has a word about users or keys in it."""
        self._read(directory)
        return self._about[directory]

    def any_says(self, paths: Iterable[str]) -> bool:
        """Whether one of these files has a word about users or keys in it, or cannot be read."""
        for path in paths:
            try:
                if mentions_keys(self.workspace.read(path)):
                    return True
            except InputError:
                return True
        return False

    def worth_loading(self, directory: str) -> bool:
        """Whether a directory is about keys or calls local modules that may be."""
        self._read(directory)
        return self._about[directory] or self._calls[directory]

    def _read(self, directory: str) -> None:
        if directory in self._about:
            return
        about = calls = False
        for name in configuration_files(self.workspace.listing(directory)):
            try:
                data = self.workspace.read(join(directory, name))
            except InputError:
                # loading it will say what is wrong with it
                about = True
                continue
            if name.endswith(".json") and b"\\u" in data:
                data = _ESCAPED.sub(lambda match: bytes([int(match[0][4:], 16)]), data)
            about = about or mentions_keys(data) or any(word.encode() in data for word in self.wanted)
            calls = calls or _CALLS.search(data) is not None
        self._about[directory], self._calls[directory] = about, calls
