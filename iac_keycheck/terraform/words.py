"""The words that tell which directories can be about users and keys at all: everything else is read once and left."""

from __future__ import annotations

from functools import cache

from iac_keycheck.discovery.batches import batches, watch
from iac_keycheck.discovery.discover import entry_path
from iac_keycheck.records import dataclass, field
from iac_keycheck.source import InputError
from iac_keycheck.terraform.file_names import configuration_files
from iac_keycheck.workspace import Workspace, join, letters

TYPE_CHECKING = False
if TYPE_CHECKING:
    import re
    from collections.abc import Iterable

_CREDENTIALS = (b".access_key", b".secret", b".user_name")
# Words about users and keys, and what has to stand around those that are not enough by themselves; they are looked for
# where the word before them stands. To search for each is many times as fast as to search for all at once.
_ABOUT_KEYS = {
    b"iam": (
        (b"aws_iam_access_key", None),
        (b"aws_iam_user_login_profile", None),
        (b"expiring_iam_access_key", None),
        (b"aws_iam_user", rb"aws_iam_user\b"),
        # public modules that make users: see public_modules
        (b"/iam/aws", None),
        (b"iam-", rb"iam-(?:system-|s3-|chamber-)?user"),
    ),
    b"ses": (
        (b"/ses/aws", None),
        (b"aws-ses", rb"aws-ses\b"),
    ),
    b"user_enabled": ((b"user_enabled", None),),
    # users and keys in CloudFormation templates
    b"AWS::IAM::": ((b"AWS::IAM::", rb"AWS::IAM::(?:AccessKey|User)\b"),),
    b"module.": tuple((word, rb"module\.[\w-]+(?:\[[^\]\n]*\]|\.\*)?\%b" % word) for word in _CREDENTIALS),
}
# What many words have in common that rules look for.
_COMMON = b"ccess"
_SOURCE = rb'"(\.\.?(?:/[^"\n]*)?)"'
# In JSON, quotes within an expression stand behind a backslash.
_READ = rb'\b(?:template)?file\(\s*\\?"([^"\\\n]+)\\?"'
# How files are named that are read or run.
_NAMED = (
    rb'["\s](?:\$\{path\.(?:module|root)\}/|\./)?([\w-][\w./-]*'
    rb'\.(?:sh|bash|py|ps1|js|rb|tpl|tftpl|tmpl|json|ya?ml|txt))[\\"\s]'
)
_IN_TEMPLATES = rb"AWS::IAM::(?:AccessKey|User)\b|AWS::CloudFormation::Stack\b"
# A template that no file beside the code and no text in it tells.
_ELSEWHERE = (
    rb'template_(?:url|body)"?\s*[=:]'
    rb'(?!\s*(?:<<|"?(?:\$\{)?(?:file|templatefile|jsonencode|yamlencode)\())'
)
_ESCAPED = rb"\\u00[0-9a-fA-F]{2}"


def mentions_keys(data: bytes) -> bool:
    """Whether a file has a word about users or keys in it."""
    data = letters(data)
    for common, words in _ABOUT_KEYS.items():
        for word, expression in words if common in data else ():
            if word in data and (expression is None or _compiled(expression).search(data) is not None):
                return True
    return False


@dataclass(slots=True)
class Words:
    """What the files of directories say, as bytes. ``wanted`` are words that the rules care about besides.

    ``with_keys`` are the files that code reads or runs, and that may have a key written into them.
    """

    workspace: Workspace
    wanted: tuple[str, ...] = ()
    with_keys: dict[str, None] = field(default_factory=dict)
    _wanted: tuple[tuple[bytes, ...], ...] = ()
    _about: dict[str, bool] = field(default_factory=dict)
    _named: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _worth: dict[str, bool] = field(default_factory=dict)

    def about_keys(self, directory: str) -> bool:
        """Whether a file of a directory has a word about users or keys in it."""
        self._read(directory)
        return self._about[directory]

    def any_says(self, paths: Iterable[str]) -> bool:
        """Whether one of these files has a word about users or keys in it, or cannot be read."""
        for path in paths:
            try:
                if self._is_said(self.workspace.read(path)):
                    return True
            except InputError:
                return True
        return False

    def worth_loading(self, directory: str) -> bool:
        """Whether a directory is about keys or may call modules that are, through any number of calls."""
        known = self._worth.get(directory)
        if known is not None:
            return known
        seen, todo, found = {directory}, [directory], False
        while todo and not found:
            one = todo.pop()
            found = self._worth.get(one, False) or self.about_keys(one) or self._has_downloads(one)
            new = () if found or one in self._worth else self._named[one]
            todo += [other for other in new if other not in seen]
            seen.update(new)
        # where nothing was found, nothing is to be found from any place on the way
        self._worth.update(dict.fromkeys((directory,) if found else seen, found))
        return found

    def _has_downloads(self, directory: str) -> bool:
        """Whether it may call modules that ``terraform init`` has brought, whose places its files do not tell."""
        return bool(self._named[directory]) and ".terraform" in self.workspace.listing(directory)

    def _read(self, directory: str) -> None:
        if directory in self._about:
            return
        about = False
        named: dict[bytes, None] = {}
        listed = self.workspace.listing(directory)
        names = configuration_files(listed)
        # what code reads or runs lies in an entry of its directory that is no code, or below one
        others = len(names) < len(listed)
        for batch in batches((entry_path(directory, name) for name in names), self.workspace):
            whole = batch.whole
            watch(batch, whole, self.workspace)
            # loading what cannot be read will say what is wrong with it
            about = about or bool(batch.errors)
            if b"\\" in whole:
                if b"\\u00" in whole:
                    whole = _compiled(_ESCAPED).sub(lambda match: bytes([int(match[0][4:], 16)]), whole)
                whole = whole.replace(b"\\/", b"/")
            about = about or self._is_said(whole)
            said = others and self._in_files(whole, directory)
            about = about or said or self._in_templates(whole, directory)
            if about:
                self.workspace.hold(batch.files)
            if not about and b'".' in whole:
                named |= dict.fromkeys(_compiled(_SOURCE).findall(whole))
        self._about[directory] = about
        # any text that is a relative path is taken for the source of a module: too much, and never too little
        self._named[directory] = tuple(join(directory, source.decode("utf-8", "replace")) for source in named)

    def _in_files(self, data: bytes, directory: str) -> bool:
        """Whether a file that is read or run says a word that the rules care about besides."""
        if not (b"file(" in data or b"provisioner" in data or b'"external"' in data):
            return False
        says = False
        for found in _compiled(_NAMED).finditer(data):
            path = join(directory, found[1].decode("utf-8", "replace"))
            try:
                said = self.workspace.read(path)
            except InputError:
                continue
            if self.workspace.watched(path):
                self.with_keys[path] = None
            says = says or any(word.encode() in said for word in self.wanted)
        return says

    def _in_templates(self, data: bytes, directory: str) -> bool:
        """Whether a template file that a stack is made of says such a word, or what the file is cannot be told."""
        if b"aws_cloudformation_stack" not in data:
            return False
        if b"capabilities" in data and _compiled(_ELSEWHERE).search(data):
            return True
        for found in _compiled(_READ).finditer(data):
            name = found[1].removeprefix(b"${path.module}/").removeprefix(b"${path.root}/").decode("utf-8", "replace")
            try:
                if "${" in name or _compiled(_IN_TEMPLATES).search(self.workspace.read(join(directory, name))):
                    return True
            except InputError:
                continue
        return False

    def _is_said(self, data: bytes) -> bool:
        if mentions_keys(data):
            return True
        for word in self._worth_looking_for(data):  # noqa: SIM110 — a generator takes longer than the search
            if word in data:
                return True
        return False

    def _worth_looking_for(self, data: bytes) -> tuple[bytes, ...]:
        """Those of the words that rules look for that are not ruled out by what they have in common."""
        if not self._wanted:
            words = tuple(word.encode() for word in self.wanted)
            self._wanted = words, tuple(word for word in words if _COMMON not in word)
        return self._wanted[0] if _COMMON in data else self._wanted[1]


@cache
def _compiled(expression: bytes) -> re.Pattern[bytes]:
    import re  # noqa: PLC0415 — many runs search for nothing but the hints

    return re.compile(expression)
