"""Whether the instances of one block have different users, as far as the code says it for all collections."""

from __future__ import annotations

from iac_keycheck.resource import Apart
from iac_keycheck.terraform.syntax import Block, Call, Expression, GetAttr, Index, Name, Splat, Template, children

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.terraform.instances import Scope

_OF_USER = ("name", "id")


def apart(block: Block, scope: Scope) -> Apart:
    """By which the users of two instances of a block are known to differ: functions of the instance key."""
    attributes = {name: attribute.expression for name, attribute in block.body.attributes.items()}
    user = _unwrapped(attributes.get("user"))
    names = _names(attributes.get("for_each"))
    match user:
        case GetAttr(source, name) if name in _OF_USER and _is_own_user(source, attributes):
            return Apart.BY_USER
        case Index(Splat() as users, GetAttr(Name("count"), "index")) if _user_block(users) is not None:
            return Apart.BY_USER
        case Call("element", (Splat() as users, GetAttr(Name("count"), "index"))):
            return Apart.BY_USER if _are_as_many(attributes, users, scope) else Apart.UNKNOWN
        case _ if names and _has_key(user, names) and not _is_repeated(scope):
            return Apart.BY_NAME
        case _:
            return Apart.UNKNOWN


def _is_own_user(source: Expression, attributes: dict[str, Expression]) -> bool:
    """Whether that is another instance of a user block for each instance of a block, in each instance of the module."""
    match source:
        case GetAttr(Name("aws_iam_user"), _):
            return "for_each" not in attributes and "count" not in attributes
        case Index(GetAttr(Name("aws_iam_user"), _), GetAttr(Name("each"), "key")):
            return "for_each" in attributes
        case Index(GetAttr(Name("aws_iam_user"), _), GetAttr(Name("count"), "index")):
            return "count" in attributes
        case GetAttr(Name("each"), "value"):
            match attributes.get("for_each"):
                case GetAttr(Name("aws_iam_user"), _):
                    return True
        case _:
            pass
    return False


def _user_block(users: Splat) -> str | None:
    """The block of which these are the names of all users, as they are counted."""
    match users:
        case Splat(GetAttr(Name("aws_iam_user"), block), (name,)) if name in _OF_USER:
            return block
        case _:
            return None


def _are_as_many(attributes: dict[str, Expression], users: Splat, scope: Scope) -> bool:
    """Whether there are as many users as instances: ``element`` begins again where there are fewer."""
    name = _user_block(users)
    block = scope.module.block("resource", "aws_iam_user", name) if name is not None else None
    count = block.body.attributes.get("count") if block is not None else None
    return count is not None and "count" in attributes and _says_the_same(count.expression, attributes["count"])


def _says_the_same(one: object, other: object) -> bool:
    """Whether two expressions are the same but for where they stand."""
    if type(one) is not type(other):
        return False
    ours, theirs = children(one), children(other)
    return len(ours) == len(theirs) and (all(map(_says_the_same, ours, theirs)) if ours else one == other)


def _names(collection: Expression | None) -> tuple[str, ...]:
    """How the key of an instance is named: also ``each.value`` where the collection is made a set."""
    match collection:
        case Call("toset"):
            return ("key", "value")
        case None:
            return ()
        case _:
            return ("key",)


def _has_key(user: Expression | None, names: tuple[str, ...]) -> bool:
    """Whether a name is ``each.key``, or a template that has it and otherwise fixed text."""
    match user:
        case GetAttr(Name("each"), name):
            return name in names
        case Template(parts=parts):
            keys = [part for part in parts if not isinstance(part, str)]
            return bool(keys) and all(isinstance(key, GetAttr) and _has_key(key, names) for key in keys)
        case _:
            return False


def _is_repeated(scope: Scope) -> bool:
    """Whether the module of a block is called for each of something, or a number of times."""
    here: Scope | None = scope
    while here is not None:
        if here.call is not None and not {"for_each", "count"}.isdisjoint(here.call.body.attributes):
            return True
        here = here.parent
    return False


def _unwrapped(node: Expression | None) -> Expression | None:
    """What a template that is nothing but one interpolation stands for."""
    match node:
        case Template(parts=(GetAttr() | Index() | Call() | Template() as only,)):
            return _unwrapped(only)
        case _:
            return node
