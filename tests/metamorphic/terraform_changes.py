"""Changes to Terraform code that change nothing about users and keys.

Each takes the files of a folder, by their paths, and gives them changed; None where it does not apply.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeAlias

from tests.metamorphic.hcl_text import Item, NotUnderstood, items, literal, with_body, without_comments

Files: TypeAlias = Mapping[str, str]
Change: TypeAlias = Callable[[Files], dict[str, str] | None]
INNER: Final = "inner"
_MARKS: Final = re.compile(r"iac-keycheck:|tfsec:|checkov:|trivy:|#ts:|kics-scan|nosemgrep")
_REMARK: Final = '\n\n# a remark { " ${ [ <<EOT\n/* and\nanother */\n\n'
_OVERRIDE: Final = re.compile(r"(^|_)override\.tf$")


def _code(files: Files) -> dict[str, str]:
    """The files in HCL's own syntax that make up modules."""
    return {path: text for path, text in files.items() if path.endswith(".tf") and "/." not in f"/{path}"}


def _plain(files: Files) -> bool:
    """Whether Terraform reads nothing but such files, and takes none of them for a change to another."""
    return not any(path.endswith((".tf.json", ".tofu", ".tofu.json")) or _OVERRIDE.search(path) for path in files)


def _without_evidence(files: Files) -> bool:
    """Whether nothing beside the code names its addresses."""
    return not any(path.endswith((".tfstate", ".csv", ".json")) and "tfvars" not in path for path in files)


def _changed(files: Files, change: Callable[[str], str]) -> dict[str, str] | None:
    changed = {path: change(text) for path, text in _code(files).items()}
    return {**files, **changed} if any(changed[path] != files[path] for path in changed) else None


def files_in_another_order(files: Files) -> dict[str, str] | None:
    """The names of a module's files sort the other way round."""
    code = _code(files)
    if not _plain(files) or len({posixpath.dirname(path) for path in code}) == len(code):
        return None
    renamed = {
        path: posixpath.join(posixpath.dirname(path), f"{len(code) - number:03}_{posixpath.basename(path)}")
        for number, path in enumerate(sorted(code))
    }
    return {renamed.get(path, path): text for path, text in files.items()}


def blocks_in_another_order(files: Files) -> dict[str, str] | None:
    """The blocks of each file stand the other way round."""
    return _changed(files, lambda text: _joined(reversed(items(text))))


def arguments_in_another_order(files: Files) -> dict[str, str] | None:
    """The arguments and blocks within each block stand the other way round."""
    return _changed(files, lambda text: "".join(map(_turned, items(text))))


def _turned(block: Item) -> str:
    inside = items(block.body or "")
    return with_body(block, _joined(reversed(inside))) if len(inside) > 1 else block.lead + block.text


def locals_with_other_names(files: Files) -> dict[str, str] | None:
    """Every local value has another name."""
    names = {
        local.name
        for text in _code(files).values()
        for block in items(text)
        if block.name == "locals"
        for local in items(block.body or "")
    }
    if not names or not _plain(files):
        return None
    pattern = re.compile(rf"\blocal\.({'|'.join(map(re.escape, sorted(names)))})(?![\w-])")

    def renamed(text: str) -> str:
        whole = "".join(_renamed_locals(block) for block in items(text))
        return pattern.sub(lambda found: f"local.renamed_{found[1]}", whole)

    return _changed(files, renamed)


def _renamed_locals(block: Item) -> str:
    if block.name != "locals":
        return block.lead + block.text
    inside = "".join(
        f"{one.lead}{one.text[: len(one.text) - len(one.text.lstrip())]}renamed_{one.text.lstrip()}"
        for one in items(block.body or "")
    )
    return with_body(block, inside)


def with_comments_and_space(files: Files) -> dict[str, str] | None:
    """Comments that look like code, and empty lines, stand between blocks and arguments."""

    def spaced(text: str) -> str:
        return "".join(_REMARK + _spaced(block) for block in items(text)) + _REMARK

    return _changed(files, spaced)


def _spaced(block: Item) -> str:
    inside = items(block.body or "")
    return (
        with_body(block, "".join(_REMARK + one.lead + one.text for one in inside))
        if inside
        else block.lead + block.text
    )


def with_an_unrelated_resource(files: Files) -> dict[str, str] | None:
    """Every module has one more file with resources of other kinds."""
    folders = {posixpath.dirname(path) for path in _code(files)}
    if not folders:
        return None
    # no text of it is a name that might be made up for a witness, which passes over those that the code has
    text = (
        'resource "aws_s3_bucket" "quite_unrelated" {\n  bucket = "quite-unrelated"\n}\n'
        "locals {\n  quite_unrelated = [1, 2]\n}\n"
    )
    return {**files, **{posixpath.join(folder, "quite_unrelated.tf"): text for folder in folders}}


def with_a_count_of_one(files: Files) -> dict[str, str] | None:
    """Users and keys without a number have a count of one, and what refers to them says `[0]`."""
    code = _code(files)
    if not (_plain(files) and _without_evidence(files)) or any(
        re.search(r"(?m)^\s*(moved|import|removed)\s*\{", text) for text in code.values()
    ):
        return None
    changed = dict(files)
    for folder in {posixpath.dirname(path) for path in code}:
        inside = {path: items(text) for path, text in code.items() if posixpath.dirname(path) == folder}
        single = {block.labels for blocks in inside.values() for block in blocks if _is_single(block)}
        if not single:
            continue
        names = "|".join(re.escape(".".join(labels)) for labels in sorted(single))
        pattern = re.compile(rf"(?<![\w.-])({names})(?![\w\[-])")
        for path, blocks in inside.items():
            text = "".join(
                with_body(block, "  count = 1\n" + _joined(items(block.body or "")))
                if block.name == "resource" and block.labels in single
                else block.lead + block.text
                for block in blocks
            )
            changed[path] = pattern.sub(r"\1[0]", text)
    return changed if changed != dict(files) else None


def _is_single(block: Item) -> bool:
    return (
        block.name == "resource"
        and block.labels[:1] in (("aws_iam_user",), ("aws_iam_access_key",))
        and not re.search(r"\b(count|for_each|enabled)\s*=", block.body or "")
    )


def within_a_module(files: Files) -> dict[str, str] | None:
    """All but variables and providers moves into a module that is called once: the way back is inlining it."""
    code = _code(files)
    whole = "\n".join(code.values())
    if not (_plain(files) and _without_evidence(files)) or not code or any("/" in path for path in code):
        return None
    if re.search(
        r"\b(path\.|file\(|template|alias\b|ephemeral)|(?m:^\s*(moved|import|removed|cloud|check)\s*\{)", whole
    ):
        return None
    root, inner, arguments, outputs = list[str](), dict[str, str](), list[str](), list[str]()
    for path, text in code.items():
        kept = list[str]()
        for block in items(text):
            said = block.lead + block.text
            match block.name:
                case "variable":
                    root.append(said)
                    kept.append(_unvalidated(block))
                    arguments.append(f"  {block.labels[0]} = var.{block.labels[0]}\n")
                case "provider" | "terraform":
                    root.append(said)
                case "output":
                    kept.append(said)
                    outputs.append(_passed_on(block))
                case _:
                    kept.append(said)
        inner[f"{INNER}/{path}"] = re.sub(r'(source\s*=\s*")\./', r"\1../", "".join(kept))
    call = f'module "{INNER}" {{\n  source = "./{INNER}"\n{"".join(arguments)}}}\n'
    rest = {path: text for path, text in files.items() if path not in code}
    return {**rest, "main.tf": "".join([*root, call, *outputs]), **inner}


def _unvalidated(variable: Item) -> str:
    inside = [one for one in items(variable.body or "") if one.name not in ("validation", "default", "sensitive")]
    return with_body(variable, _joined(inside))


def _passed_on(output: Item) -> str:
    inside = [one for one in items(output.body or "") if one.name in ("sensitive", "description")]
    name = output.labels[0]
    return f'output "{name}" {{\n  value = module.{INNER}.{name}\n{_joined(inside)}}}\n'


def with_values_for_variables(files: Files) -> dict[str, str] | None:
    """Variables of the root module are replaced by their defaults, where these are texts, numbers or switches."""
    code = {path: text for path, text in _code(files).items() if "/" not in path}
    if not (_plain(files) and _without_evidence(files)) or any("tfvars" in path for path in files):
        return None
    if any('"../' in text for path, text in _code(files).items() if "/" in path):
        return None  # it may be the root that is called
    if any(re.search(r"validation\s*\{|sensitive|ephemeral", text) for text in code.values()):
        return None
    values = {
        block.labels[0]: value
        for text in code.values()
        for block in items(text)
        if block.name == "variable" and (value := _simple_default(block))
    }
    if not values:
        return None
    pattern = re.compile(rf"\bvar\.({'|'.join(map(re.escape, sorted(values)))})(?![\w-])")
    changed = dict(files)
    for path, text in code.items():
        kept = [
            block.lead + block.text
            for block in items(text)
            if not (block.name == "variable" and block.labels[0] in values)
        ]
        changed[path] = pattern.sub(lambda found: f"({values[found[1]]})", "".join(kept))
    return changed


def _simple_default(variable: Item) -> str:
    said = {one.name: one.expression for one in items(variable.body or "")}
    try:
        value = literal(said.get("default", "null"))
    except NotUnderstood:
        return ""
    kind = "string" if isinstance(value, str) else "bool" if isinstance(value, bool) else "number"
    simple = isinstance(value, str | int | float) and said.get("type", kind) == kind
    return said["default"] if simple else ""


def as_json(files: Files) -> dict[str, str] | None:
    """Every file is written in JSON."""
    code = _code(files)
    if not code or not _plain(files) or any(_MARKS.search(text) for text in code.values()):
        return None
    rest = {path: text for path, text in files.items() if path not in code}
    return {**rest, **{f"{path}.json": _json(text) for path, text in code.items()}}


_RAW: Final = frozenset(
    {
        "type",
        "provider",
        "depends_on",
        "ignore_changes",
        "replace_triggered_by",
        "providers",
        "from",
        "to",
        "when",
        "iterator",
    }
)
_CONSTANT: Final = frozenset(
    {"default", "source", "version", "alias", "sensitive", "nullable", "description", "lifecycle"}
)


def _json(text: str) -> str:
    return json.dumps(_body(items(text), ()), indent=1)


def _body(inside: Iterable[Item], around: tuple[str, ...]) -> dict[str, Any]:
    body = dict[str, Any]()
    for one in inside:
        if one.body is None:
            body[one.name] = _value(one, around)
            continue
        place = body
        path = (one.name, *one.labels)
        for step in path[:-1]:
            place = place.setdefault(step, {})
        place.setdefault(path[-1], []).append(_body(items(one.body), (*around, one.name)))
    return body


def _value(argument: Item, around: tuple[str, ...]) -> Any:  # noqa: ANN401 — JSON
    text = argument.expression
    if "<<" in text:
        raise NotUnderstood(text)
    meta = argument.name in _RAW and around[0] != "locals" and len(around) <= (2 if "lifecycle" in around else 1)
    if meta and argument.name != "type":
        return _raw(text)
    if meta and around == ("variable",):
        return text.strip('"')
    try:
        value = literal(text)
    except NotUnderstood:
        if argument.name in _CONSTANT and around[0] in ("variable", "terraform"):
            raise
        return f"${{{text}}}"
    if isinstance(value, list | dict) and argument.name != "default" and around[0] != "terraform":
        return f"${{{text}}}"
    return value


def _raw(text: str) -> Any:  # noqa: ANN401 — JSON
    """Addresses as JSON has them: texts, lists of texts, or a mapping of texts."""
    text = without_comments(text).strip()
    if text.startswith("["):
        return [_bare(one) for one in text[1:-1].split(",") if one.strip()]
    if text.startswith("{"):
        pairs = [pair.split("=") for pair in re.split(r"[,\n]", text[1:-1]) if pair.strip()]
        return {key.strip(): value.strip() for key, value in pairs}
    return _bare(text)


def _bare(text: str) -> str:
    """Without the quotes that early versions of Terraform wanted around addresses."""
    text = text.strip()
    return text[1:-1] if text[:1] == text[-1:] == '"' else text


def _joined(of: Iterable[Item]) -> str:
    return "".join(one.lead + one.text for one in of)


CHANGES: Final[Mapping[str, Change]] = {
    change.__name__.replace("_", " "): change
    for change in (
        files_in_another_order,
        blocks_in_another_order,
        arguments_in_another_order,
        locals_with_other_names,
        with_comments_and_space,
        with_an_unrelated_resource,
        with_a_count_of_one,
        within_a_module,
        with_values_for_variables,
        as_json,
    )
}
