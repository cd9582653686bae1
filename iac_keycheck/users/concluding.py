"""What is told of each user at whom something was found: the surest answer, and the instances in one of its worlds."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from iac_keycheck.deciding.verdicts import Answer, Certainty
from iac_keycheck.deciding.worlds import World
from iac_keycheck.records import dataclass
from iac_keycheck.users.gathering import WHOLE_USER, Found, Gathered
from iac_keycheck.users.iam import Meeting, Person, Unclear
from iac_keycheck.users.showing import Showing, nearest_first
from iac_keycheck.users.together import Combination, Together


@dataclass(frozen=True, slots=True)
class Concluding:
    """What was found at the users of one deployment, and what shows it."""

    together: Together
    showing: Showing
    found: Gathered

    def meeting(self, label: str, found: Found) -> Meeting | Unclear:
        """What is told of the user with this label; or that it cannot be, although something was found."""
        space = self.found.space
        surest, combination = found.surest
        best = surest
        combinations, labels = found.combinations, (label, *sorted(found.also))
        if best.certainty is not Certainty.ALWAYS and 1 < len(combinations) <= WHOLE_USER:
            question = self.together.question(combinations, labels, None)
            whole = space.decide(question)
            if whole.certainty is None:
                # a name that is open in the world of no values is that of nobody there
                whole = space.decide_from(question, [surest.world])
            if _says_more(whole, best):
                best, combination = whole, ()
        if best.certainty is Certainty.POSSIBLE and len(best.witness) > 1:
            best, combinations = self.found.made_smaller(label, found, best)
        of_one = (combination,) if combination in combinations else combinations
        for world, named in self._worlds_to_show(best.world, combinations, of_one, labels):
            shown = self.showing.instances(labels, combinations, world, combination)
            if shown:
                always = best.certainty is Certainty.ALWAYS
                person = self.showing.person(shown, world, always=always) if named else Person(None, None)
                return Meeting(person, nearest_first(person, shown), best, space.sensitive(best.witness))
        return Unclear(combinations[-1][-1], "it was found to matter for a user, but not which of its instances do")

    def _worlds_to_show(
        self,
        world: World,
        combinations: Sequence[Combination],
        first: Sequence[Combination],
        labels: Collection[str],
    ) -> Iterator[tuple[World, bool]]:
        """Worlds to look for the instances of an answer in, and whether they show whose these are.

        What several combinations make sure of together may leave open which of them it is, and an input that no
        answer depends on, how many instances there are, or who of several has them.
        """
        yield world, True
        space = self.found.space
        seen: dict[str, None] = {}
        question = self.together.question(first, labels, seen)
        completed = next((one for one, verdict in space.explore(question, world) if verdict is True), None)
        if completed is not None:
            everyone = seen.keys() == set(labels)
            yield completed, everyone or space.everywhere(self.together.question(combinations, seen, None), world)


def _says_more(whole: Answer, one: Answer) -> bool:
    """Whether an answer about all combinations is surer than that about one, or holds in more named worlds."""
    if whole.certainty is None or one.certainty is None or whole.certainty != one.certainty:
        return (whole.certainty or 0) > (one.certainty or 0)
    return bool(one.worlds) and whole.worlds != one.worlds
