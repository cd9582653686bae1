"""What ``lifecycle`` and ``removed`` blocks say of the end of keys: which comes first, and whether one outlives."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.facts import Claim, Fact, Mark, Retention
from iac_keycheck.resource import ACCESS_KEY, TERRAFORM_TYPES, Declaration, Instance
from iac_keycheck.terraform.clocks import is_set
from iac_keycheck.terraform.references import references
from iac_keycheck.terraform.sites import Tree
from iac_keycheck.terraform.syntax import Attribute, Block, Literal, Template


def new_one_first(tree: Tree, key: Instance) -> bool:
    """Whether a key that is replaced is destroyed only after the new one was made."""
    block = _block(tree, key)
    return block is not None and is_set(block, "create_before_destroy")


def retention(tree: Tree, key: Instance | Declaration) -> Retention:
    """Whether a key stays where Terraform would destroy it."""
    block = _block(tree, key)
    kept = _kept(block) if block is not None else None
    if kept is None:
        return Retention()
    return Retention(kept_when_replaced=True, span=kept.span, how="lifecycle { destroy = false }")


def may_stay(tree: Tree, block: Declaration) -> bool:
    """Whether some keys of a block may stay."""
    return retention(tree, block).span is not None


def abandoned(tree: Tree) -> Iterator[Claim]:
    """The keys that ``removed`` blocks leave where they are."""
    for scope in tree.scopes():
        for block in scope.module.blocks("removed"):
            source = block.body.attributes.get("from")
            kept = _kept(block)
            if source is None or kept is None:
                continue
            for path in references(source.expression):
                if any(TERRAFORM_TYPES.get(part) == ACCESS_KEY for part in path):
                    address = ".".join(path)
                    marks = (Mark(source.span, "the key"),)
                    fact = Fact(address, kept.span, (block.span,), lambda: True, marks, scope.calls)
                    yield Claim(fact, f"access key {address} stays active when the code forgets it: `destroy = false`")


def _block(tree: Tree, key: Instance | Declaration) -> Block | None:
    at = tree.at(key.address)
    return at[0].module.block("resource", at[1], at[2]) if at is not None else None


def _kept(block: Block) -> Attribute | None:
    for lifecycle in block.body.nested("lifecycle"):
        attribute = lifecycle.body.attributes.get("destroy")
        match attribute.expression if attribute else None:
            case Literal(value=False) | Template(("false",)):
                return attribute
            case _:
                pass
    return None
