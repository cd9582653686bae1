"""Which AWS account a provider configuration leads to: its settings that choose one, compared as values."""

from __future__ import annotations

from iac_keycheck.deciding.terms import apply
from iac_keycheck.deciding.values import Entries, Items, Refused, Value, is_known, plain, untyped
from iac_keycheck.resource import Account
from iac_keycheck.terraform.evaluate import Frame, evaluate
from iac_keycheck.terraform.instances import ModuleInstance
from iac_keycheck.terraform.parts import element
from iac_keycheck.terraform.syntax import Block, Body, Expression, GetAttr, Index, Name, ObjectCons, Template

CHOOSING = (
    "access_key", "allowed_account_ids", "endpoints", "profile", "secret_key", "shared_config_files",
    "shared_credentials_file", "shared_credentials_files", "token",
)  # fmt: skip
"""Arguments of the AWS provider that choose an account; region, tags and retries do not."""
CHOOSING_BLOCKS = ("assume_role", "assume_role_with_web_identity", "endpoints")
_ROLE_SETTINGS = frozenset({"role_arn", "web_identity_token", "web_identity_token_file"})


def account_of(block: Block, local_name: str, instance: ModuleInstance, frame: Frame) -> Account:
    """The account of a resource: of its ``provider`` argument, else of the default configuration of its provider.

    ``frame`` is that of the instance of the resource, whose key may choose among several configurations.
    """
    chosen = block.body.attributes.get("provider")
    if chosen is None:
        return configured_account(instance, local_name, "")
    name, alias = provider_reference(chosen.expression)
    return configured_account(instance, name or local_name, alias, _key(chosen.expression, frame))


def configured_account(instance: ModuleInstance, name: str, alias: str, key: Value = None) -> Account:
    """The account of a provider configuration as a module names it; of one with ``for_each`` for this key."""
    if not (key is None or isinstance(key, str)):
        return _account(instance, name, alias, key)
    inputs = instance.scope.inputs
    return inputs.remember((instance, "account", name, alias, key), lambda: _account(instance, name, alias, key))


def _account(instance: ModuleInstance, name: str, alias: str, key: Value) -> Account:
    if instance.parent is None and not _chooses(instance, name):
        return Account()
    own = _own_configuration(instance, name, alias)
    if own is not None:
        return Account(_settings(own, _frame(own, instance, key)))
    if instance.parent is None or instance.scope.call is None:
        return Account()
    passed = instance.scope.call.body.attributes.get("providers")
    if passed is not None and isinstance(passed.expression, ObjectCons):
        for named, value in passed.expression.items:
            if provider_reference(named) == (name, alias):
                chosen = _key(value, instance.call_frame()) if _index(value) is not None else key
                return configured_account(instance.parent, *provider_reference(value), chosen)
    return configured_account(instance.parent, name, alias, key)


def _chooses(instance: ModuleInstance, name: str) -> bool:
    """Whether some configuration of a provider has a setting that chooses an account; one of JSON may."""
    texts = [entry.text() for entry in instance.scope.module.entries("provider", name)]
    return any(not text or any(word in text for word in (*CHOOSING, *CHOOSING_BLOCKS)) for text in texts)


def _key(node: Expression, frame: Frame) -> Value:
    """The key that chooses among the configurations of a provider with ``for_each``; null where none is named."""
    index = _index(node)
    return None if index is None else plain(_value(index, frame))


def _index(node: Expression) -> Expression | None:
    match node:
        case Index(_, key):
            return key
        case Template(parts=(Index(_, key),)):
            return key
        case _:
            return None


def _frame(block: Block, instance: ModuleInstance, key: Value) -> Frame:
    """Where the settings of a provider stand: with ``each``, where it has several configurations."""
    collection = block.body.attributes.get("for_each")
    if collection is None or key is None:
        return instance.frame
    entries = plain(_value(collection.expression, instance.frame))
    if isinstance(entries, Items):
        return Frame(instance, each=(key, key))
    try:
        return Frame(instance, each=(key, untyped(element(entries, key, instance))))
    except Refused as refused:
        return Frame(instance, each=(key, apply("error", (refused.message,))))


def shared_account(instance: ModuleInstance) -> str | None:
    """A word for the account of a root module's default provider that other roots of that account have as well.

    Roots share an account when they may only go to the same one (``allowed_account_ids``), or keep their state in one
    bucket by one role: many accounts may keep it there, so what their providers say must be the same too.
    """
    inputs = instance.scope.inputs
    with inputs.assuming({}):
        settings = configured_account(instance, "aws", "").settings
        for name, value in settings:
            if name == "allowed_account_ids" and isinstance(value, Items) and is_known(value) and len(value.items) == 1:
                return f"account {plain(value.items[0])}"
    for block in instance.scope.module.blocks("terraform", saying="bucket"):
        for backend in block.body.nested("backend", labels=1):
            if backend.labels == ("s3",):
                bucket, role = _literal(backend.body, "bucket"), _literal(backend.body, "role_arn")
                for assumed in (*backend.body.nested("assume_role"), backend):
                    role = role or _literal(assumed.body, "role_arn")
                if bucket is not None and all(is_known(value) for _, value in settings):
                    return f"bucket {bucket} by {role}, {settings!r}"
    return None


def _literal(body: Body, name: str) -> str | None:
    attribute = body.attributes.get(name)
    match attribute.expression if attribute else None:
        case Template(parts=(str(text),)):
            return text
        case _:
            return None


def _own_configuration(instance: ModuleInstance, name: str, alias: str) -> Block | None:
    for block in instance.scope.module.blocks("provider", name, saying="alias" if alias else ""):
        if _alias(block) == alias:
            return block
    return None


def _alias(block: Block) -> str:
    found = block.body.attributes.get("alias")
    match found.expression if found else None:
        case Template(parts=(str(alias),)):
            return alias
        case _:
            return ""


def _settings(block: Block, frame: Frame) -> tuple[tuple[str, Value], ...]:
    settings: dict[str, Value] = {}
    for name in CHOOSING:
        found = block.body.attributes.get(name)
        if found is not None:
            settings[name] = _value(found.expression, frame)
    for name in CHOOSING_BLOCKS:
        blocks = block.body.nested(name)
        if blocks:
            settings[name] = Items("tuple", tuple(_block_value(nested.body, frame) for nested in blocks))
    return tuple(sorted((name, value) for name, value in settings.items() if value is not None))


def _block_value(body: Body, frame: Frame) -> Value:
    values = {name: _value(attribute.expression, frame) for name, attribute in body.attributes.items()}
    if any(name in _ROLE_SETTINGS for name in values):
        # the session's name, duration and tags do not choose the account
        values = {name: value for name, value in values.items() if name in _ROLE_SETTINGS}
    return Entries("object", {name: value for name, value in sorted(values.items()) if value is not None})


def _value(node: Expression, frame: Frame) -> Value:
    try:
        return evaluate(node, frame)
    except Refused as refused:
        return apply("error", (refused.message,))


def provider_reference(node: Expression) -> tuple[str, str]:
    """``aws.other`` as name and alias; ``aws`` has the alias ``""``. Quoted forms of old code and JSON count too.

    ``aws.other[key]`` is one of several configurations of that alias.
    """
    match node:
        case Name(name):
            return name, ""
        case GetAttr(Name(name), alias):
            return name, alias
        case Template(parts=(str(text),)):
            name, _, alias = text.partition(".")
            return name, alias
        case Template(parts=(inner,)) if not isinstance(inner, str) and isinstance(inner, Name | GetAttr | Index):
            return provider_reference(inner)
        case Index(source, _):
            return provider_reference(source)
        case _:
            return "", ""
