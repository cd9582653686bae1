"""Plans and states joined with the code they are of: they say what there is, and the code where to change it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping, Sequence

from iac_keycheck.deciding.values import Leaf, Origin, Ref, Refused, Unknown, Value, leaves, plain
from iac_keycheck.deciding.worlds import NOTHING
from iac_keycheck.evidence.deployments import Values, credential, declared, values_of
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.records import dataclass, replace
from iac_keycheck.resource import ACCESS_KEY, USER, Account, Apart, Declaration, Deployment, Instance
from iac_keycheck.source import Problem
from iac_keycheck.users.observed import Credential
from iac_keycheck.workspace import start_of


def root_of(reading: Reading, code: Sequence[Deployment]) -> Deployment | Problem | None:
    """The root module whose addresses a plan or state contains; a problem where it fits several alike."""
    if reading.language == "report":
        return None
    fits: dict[tuple[int, ...], list[Deployment]] = {}
    for deployment in code:
        if deployment.language != "terraform":
            continue
        addresses = {declaration.address for declaration in deployment.declarations}
        shared, foreign = len(addresses & reading.blocks), len(reading.blocks - addresses)
        if shared > 0 and shared >= foreign:
            near = _nearness(deployment.name, posixpath.dirname(reading.path))
            fits.setdefault((shared, -foreign, near, -len(addresses - reading.blocks)), []).append(deployment)
    if not fits:
        return None
    best = fits[max(fits)]
    if len(best) == 1:
        return best[0]
    names = ", ".join(deployment.name for deployment in best[:3])
    message = f"its addresses are those of several root modules ({names}): put it into the directory of its own"
    return Problem("ambiguous", message, start_of(reading.path), relevant=False)


def _nearness(root: str, directory: str) -> int:
    """How many steps the ways to a root module and to a file have in common; most where it lies in or below it."""
    steps, other = posixpath.normpath(root or ".").split("/"), posixpath.normpath(directory or ".").split("/")
    if steps == ["."] or other[: len(steps)] == steps:
        return len(steps) + 1
    return len([None for one, two in zip(steps, other, strict=False) if one == two])


def spoken_for(code: Deployment, reading: Reading) -> Deployment:
    """A root module as a plan or state has it, in place of its worlds."""
    return _Join(code, reading, {one.address: one for one in _committed(code)}).deployment()


@dataclass(slots=True)
class _Join:
    code: Deployment
    reading: Reading
    committed: Mapping[str, Instance]

    def deployment(self) -> Deployment:
        objects = tuple(self._in_accounts_of_code())
        values = self._resolved(objects, values_of(objects))
        blocks: dict[tuple[str, str], list[Seen]] = {}
        for one in objects:
            blocks.setdefault((one.kind, one.block), []).append(one)
        declarations: list[Declaration] = []
        credentials: list[Credential | None] = []
        newer: set[str] = set()
        for code in self.code.declarations:
            own = blocks.pop((code.kind, code.address), [])
            further = self._further(code, own)
            if code.kind == ACCESS_KEY:
                newer |= {word for instance in further or () for word in _words(instance.owner)}
            declarations.append(code if further is None else self._joined(code, own, further, values))
            credentials += (credential(one, values, code.span) for one in own)
        for one in (one for group in blocks.values() for one in group):
            # a key in no code goes when the code is applied, which is when the code's own new key of its user comes
            if one.kind != ACCESS_KEY or not newer & _words(values[one.address].get("user")):
                declarations.append(declared(one, values))
                credentials.append(credential(one, values, one.span))
        evidence = replace(self.reading.evidence, credentials=tuple(one for one in credentials if one is not None))
        return replace(
            self.code,
            declarations=tuple(declarations),
            gaps=(*self.code.gaps, *self.reading.gaps),
            problems=(*self.code.problems, *self.reading.problems),
            evidence=evidence,
        )

    def _resolved(self, objects: Sequence[Seen], values: Values) -> Values:
        """The attributes, where a plan does not tell the user with the one of its users to whom the code leads."""
        users = {one.address: values[one.address].get("name") for one in objects if one.kind == USER}
        found: dict[str, Mapping[str, Value]] = {**values}
        for one in objects:
            user, known = values[one.address].get("user"), self.committed.get(one.address)
            if known is None or not isinstance(user, Unknown) or not any(map(_is_opaque, leaves(user))):
                continue
            owner = self._owner(known)
            if isinstance(owner, Ref) and owner.target in users:
                ref = Ref(owner.target, users[owner.target], one.account)
                found[one.address] = {**values[one.address], "user": ref}
        return found

    def _owner(self, instance: Instance) -> Value:
        with self.code.space.inputs.assuming(self.code.space.committed):
            try:
                return instance.owner
            except Refused:
                return None

    def _joined(
        self, code: Declaration, own: Sequence[Seen], further: Sequence[Instance], values: Values
    ) -> Declaration:
        """A block of the code with the instances that evidence shows, and some that the code alone tells of."""
        instances: tuple[Instance, ...]
        declaration = replace(code, expand=lambda: instances, apart=Apart.UNKNOWN)
        shown = (self._instance(declaration, one, values[one.address]) for one in own)
        instances = (*shown, *(replace(instance, declaration=declaration) for instance in further))
        return declaration

    def _instance(self, declaration: Declaration, one: Seen, values: Mapping[str, Value]) -> Instance:
        known = self.committed.get(one.address)

        def attribute(name: str) -> Value:
            """What evidence shows; of what it does not, what the code says."""
            return values.get(name) if name in values or known is None else known.attribute(name)

        imported, late = one.existed, one.late
        if self.reading.language == "state":
            # it says nothing of what was set up together: the code does
            imported, late = known is not None and known.imported, False
        return Instance(declaration, one.address, attribute, one.account, "", imported, late, one.span)

    def _further(self, code: Declaration, own: Sequence[Seen]) -> tuple[Instance, ...] | None:
        """The instances of a block that the evidence does not know of; None where the code is to tell them all."""
        known = bool(own) or code.address in self.reading.blocks
        if self.reading.others == "none" or (known and self.reading.language == "plan"):
            return ()
        if self.reading.others == "all":
            return None
        shown = {one.address for one in own}
        return tuple(instance for instance in _certain(code, self.code) if instance.address not in shown)

    def _in_accounts_of_code(self) -> Iterator[Seen]:
        """The objects in the accounts of the code's providers, which is how the code compares them."""
        found: dict[Account, Account] = {}
        for one in self.reading.objects:
            if one.address in self.committed:
                found.setdefault(one.account, self.committed[one.address].account)
        accounts = {one.account.settings: one.account for one in self.reading.objects}
        if not found and len(accounts) == 1:
            found = dict.fromkeys(accounts.values(), next((one.account for one in self.committed.values()), Account()))
        for one in self.reading.objects:
            known = self.committed.get(one.address)
            yield replace(one, account=known.account if known else found.get(one.account, one.account))


def _committed(code: Deployment) -> Iterator[Instance]:
    """The instances that the code has in its committed world, as far as that tells."""
    with code.space.inputs.assuming(code.space.committed):
        for declaration in code.declarations:
            try:
                expanded = declaration.expand()
            except Refused:
                continue
            yield from expanded if isinstance(expanded, tuple) else ()


def _certain(declaration: Declaration, code: Deployment) -> tuple[Instance, ...]:
    """The instances of a block that exist whatever the inputs."""
    with code.space.inputs.assuming(NOTHING):
        try:
            expanded = declaration.expand()
        except Refused:
            return ()
        return expanded if isinstance(expanded, tuple) else ()


def _is_opaque(leaf: Leaf) -> bool:
    return leaf.input.origin is Origin.OPAQUE


def _words(owner: Value) -> set[str]:
    """What a user may be recognised by: the address, the name."""
    name = plain(owner)
    words = {f"@{owner.target}"} if isinstance(owner, Ref) else set()
    return words | ({name.casefold()} if isinstance(name, str) else set())
