"""Tells templates from other YAML and JSON by their bytes, and words that are worth reading a template for."""

from __future__ import annotations

from iac_keycheck.expressions import expression
from iac_keycheck.source import InputError
from iac_keycheck.workspace import Workspace, letters

ABOUT_KEYS = (b"AWS::IAM::AccessKey", b"AWS::IAM::User")
ABOUT_STACKS = (b"AWS::CloudFormation::Stack", b"AWS::Serverless::Application")

_ESCAPE = expression(rb"\\u00([2-7][0-9a-fA-F])")
_SECTION = expression(rb"""(?m)^(?:\xef\xbb\xbf)?[ \t]*["']?Resources["']?[ \t]*:|["{,\s]Resources["']?\s*:\s*\{""")
_FRAMEWORK = expression(rb"(?m)^resources[ \t]*:")
# in JSON, together with both words that no configuration does without; nothing in it stands at the start of a line
_FRAMEWORK_IN_JSON = tuple(expression(rb'"' + word + rb'"\s*:') for word in (b"resources", b"service", b"provider"))
_INNER_SECTION = expression(rb"""(?m)^[ \t-]+["']?Resources["']?[ \t]*:""")
_TYPE = expression(rb"""["']?\bType["']?\s*:\s*(?:["']|[>|][+-]?\s+)?[A-Za-z]\w*::""")
_HEAT = expression(rb"(?m)^heat_template_version\b")
_JINJA = expression(rb"\{%[-+ ]?|\{#|\{\{(?!resolve:)[^{}\n]*\}\}")
_GO = expression(rb"\{\{-?\s*(?:\.|\$|if\b|range\b|end\b|define\b|template\b|include\b|with\b)")


def is_template(_path: str, data: bytes) -> bool:
    """Whether a file's content is that of a CloudFormation template, or of one to be made from it."""
    data = letters(data)
    if b"::" not in data and b"\\u" not in data:
        return _is_put_together(data)
    data = plain(data)
    if b"esources" not in data or _TYPE.search(data) is None:
        return _is_put_together(data)
    return _SECTION.search(data) is not None or is_framework(data) or _HEAT.search(data) is not None


def is_template_at(path: str, workspace: Workspace) -> bool:
    """Whether a file that can be read is one."""
    try:
        return is_template(path, workspace.read(path))
    except InputError:
        return False


def are_templates(data: bytes) -> bool:
    """Whether one of several files, which stand behind each other here, may be a template."""
    return b"::" in data or b"${file(" in data or b"\\u" in data


def is_framework(data: bytes) -> bool:
    """Whether it is a configuration of the Serverless Framework with a template in its ``resources``."""
    if _FRAMEWORK.search(data) is None:
        return data.lstrip()[:1] == b"{" and all(word.search(data) is not None for word in _FRAMEWORK_IN_JSON)
    return _INNER_SECTION.search(data) is not None or _is_put_together(data)


def _is_put_together(data: bytes) -> bool:
    """Whether it is such a configuration whose ``resources`` may stand in other files."""
    return b"${file(" in data and _FRAMEWORK.search(data) is not None


def plain(data: bytes) -> bytes:
    """The bytes with what JSON writes as an escape in clear, as far as the words that are looked for need it."""
    if b"\\u00" not in data:
        return data
    return _ESCAPE.sub(lambda found: bytes((int(found[1], 16),)), data)


def is_about_keys(data: bytes) -> bool:
    """Whether it says a word about users or their keys."""
    return any(word in plain(data) for word in ABOUT_KEYS)


def leads_elsewhere(data: bytes) -> bool:
    """Whether it may nest other templates."""
    return any(word in plain(data) for word in ABOUT_STACKS)


def is_heat(data: bytes) -> bool:
    """Whether it is a template of OpenStack's Heat."""
    return _HEAT.search(data) is not None


def foreign_language(data: bytes) -> str | None:
    """What has to be rendered before this is a template, by name; None for what is plain text to CloudFormation."""
    if is_heat(data):
        return "a Heat template, which OpenStack deploys and not CloudFormation"
    if _GO.search(data) is not None:
        return "a Go template: render it and scan the result"
    if _JINJA.search(data) is not None:
        return "a Jinja template: render it and scan the result"
    return None
