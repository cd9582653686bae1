"""Templates that grow on purpose end in a report, in bounded time."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from iac_keycheck.resource import ACCESS_KEY
from tests.cfn import deployment, deployments, told
from tests.running import in_time

KEY = "{Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}"


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    with in_time():
        yield


def test_a_map_of_many_rows() -> None:
    rows = ", ".join(f"r{n}: {{user: u{n}}}" for n in range(2000))
    template = f"""\
        Parameters: {{P: {{Type: String, Default: r7}}}}
        Mappings: {{M: {{{rows}}}}}
        Resources:
          A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !FindInMap [M, !Ref P, user]}}}}
          B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !FindInMap [M, !Ref P, user]}}}}
          C: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: u8}}}}
    """
    assert told(deployment(template)).certainty == "always"


def test_a_row_far_down_a_map() -> None:
    rows = ", ".join(f"r{n}: {{user: {'ci' if n == 155 else f'u{n}'}}}" for n in range(200))
    template = f"""\
        Parameters: {{P: {{Type: String}}}}
        Mappings: {{M: {{{rows}}}}}
        Resources:
          A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !FindInMap [M, !Ref P, user]}}}}
          B: {KEY}
    """
    assert told(deployment(template)).witness == {"Parameter P": "r155"}


def _two_maps(rows: int, alike: int | None = None) -> str:
    """Two maps with rows of the same names and users of their own, but for one row that names one user in both."""
    users = [[f"{which}{n}" for n in range(rows)] for which in "ab"]
    if alike is not None:
        users[0][alike] = users[1][alike] = "ci"
    first, second = (", ".join(f"r{n}: {{user: {name}}}" for n, name in enumerate(names)) for names in users)
    return f"""\
        Parameters: {{P: {{Type: String}}}}
        Mappings: {{One: {{{first}}}, Two: {{{second}}}}}
        Resources:
          A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !FindInMap [One, !Ref P, user]}}}}
          B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !FindInMap [Two, !Ref P, user]}}}}
    """


@pytest.mark.parametrize("rows", [20, 65, 200])
def test_one_open_key_looked_up_in_two_maps(rows: int) -> None:
    assert told(deployment(_two_maps(rows))).certainty is None


@pytest.mark.parametrize("rows", [20, 65, 200])
def test_two_maps_that_have_one_row_in_common(rows: int) -> None:
    assert told(deployment(_two_maps(rows, alike=rows - 3))).witness == {"Parameter P": f"r{rows - 3}"}


def test_rows_of_two_maps_that_a_condition_compares() -> None:
    rows = ", ".join(f"r{n}: {{user: u{n}}}" for n in range(40))
    others = ", ".join(f"r{n}: {{user: {'u' if n == 33 else 'v'}{n}}}" for n in range(40))
    template = f"""\
        Parameters: {{P: {{Type: String}}}}
        Mappings: {{One: {{{rows}}}, Two: {{{others}}}}}
        Conditions: {{Same: !Equals [!FindInMap [One, !Ref P, user], !FindInMap [Two, !Ref P, user]]}}
        Resources:
          A: {KEY}
          B: {{Type: AWS::IAM::AccessKey, Condition: Same, Properties: {{UserName: ci}}}}
    """
    assert told(deployment(template)).witness == {"Parameter P": "r33"}


def test_a_text_of_three_rows_of_large_maps() -> None:
    maps = ", ".join(
        f"M{which}: {{{', '.join(f'r{n}: {{user: m{which}r{n}}}' for n in range(60))}}}" for which in range(3)
    )
    name = "!Join ['-', [!FindInMap [M0, !Ref P, user], !FindInMap [M1, !Ref P, user], !FindInMap [M2, !Ref P, user]]]"
    template = f"""\
        Parameters: {{P: {{Type: String}}}}
        Mappings: {{{maps}}}
        Resources:
          A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {name}}}}}
          B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: m0r7-m1r7-m2r7}}}}
    """
    assert told(deployment(template)).witness == {"Parameter P": "r7"}


def test_an_open_item_of_two_long_lists() -> None:
    first, second = (", ".join(f"{which}{n}" for n in range(80)) for which in "ab")
    template = f"""\
        Parameters: {{P: {{Type: Number}}}}
        Resources:
          A: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Select [!Ref P, [{first}]]}}}}
          B: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: !Select [!Ref P, [{second}]]}}}}
    """
    assert told(deployment(template)).certainty is None


def test_many_allowed_values() -> None:
    values = ", ".join(f"v{n}" for n in range(1000))
    template = f"""\
        Parameters: {{P: {{Type: String, AllowedValues: [{values}], AllowedPattern: "v.*"}}}}
        Conditions: {{C: !Equals [!Ref P, v999]}}
        Rules: {{R: {{Assertions: [{{Assert: !Contains [[{values}], !Ref P]}}]}}}}
        Resources:
          A: {KEY}
          B: {{Type: AWS::IAM::AccessKey, Condition: C, Properties: {{UserName: ci}}}}
    """
    assert told(deployment(template)).witness == {"Parameter P": "v999"}


def test_more_conditions_than_cloudformation_takes() -> None:
    parts = ", ".join(["!Equals [!Ref AWS::Region, x]"] * 5000)
    found = deployment(f"""\
        Conditions: {{C: !Or [{parts}]}}
        Resources: {{A: {{Type: AWS::IAM::AccessKey, Condition: C, Properties: {{UserName: ci}}}}}}
    """)
    assert ["takes 2 to 10 conditions" in problem.message for problem in found.problems] == [True]


@pytest.mark.parametrize("pattern", ["(a+)+b", "(a|a)*b", "(a|a|a|a|a|a|a|a)*b", "((a*)*)*b", "([a-z]+|[a-y]+)+1", "("])
def test_a_pattern_made_to_explode(pattern: str) -> None:
    template = f"""\
        Parameters: {{P: {{Type: String, AllowedPattern: "{pattern}", Default: {"a" * 60}}}}}
        Resources: {{A: {KEY}, B: {KEY}}}
    """
    assert told(deployment(template)).certainty == "always"


def test_stacks_that_multiply() -> None:
    level = """\
        Parameters: {{P: {{Type: String, Default: aaaaaaaaaa}}}}
        Resources:
          K: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: ci}}}}
          {stacks}
    """
    stacks = "\n          ".join(
        f"S{n}: {{{{Type: AWS::CloudFormation::Stack, Properties: {{{{TemplateURL: s{{next}}.yaml, "
        f'Parameters: {{{{P: !Join ["", [{", ".join(["!Ref P"] * 10)}]]}}}}}}}}}}}}'
        for n in range(3)
    )
    files = {f"s{n}.yaml": level.format(stacks=stacks.format(next=n + 1)) for n in range(12)}
    (found,) = deployments(files)
    assert 100 < len(found.of_kind(ACCESS_KEY)) <= 512
    assert "more than 512 stacks" in found.gaps[0].reason


def test_loops_that_multiply() -> None:
    items = ", ".join(f"a{n}" for n in range(100))
    template = f"""\
        Transform: AWS::LanguageExtensions
        Resources:
          Fn::ForEach::A:
            - A
            - [{items}]
            - Fn::ForEach::B:
                - B
                - [{items}]
                - "K${{A}}${{B}}": {KEY}
          L: {KEY}
    """
    found = deployment(template)
    assert ["makes more than 2048 members" in problem.message for problem in found.problems] == [True]
    assert [key.address for key in found.of_kind(ACCESS_KEY)] == ["L"]


def test_sixty_keys_of_one_user_under_thirty_conditions() -> None:
    parameters = ", ".join(f'P{n}: {{Type: String, AllowedValues: ["yes", "no"]}}' for n in range(30))
    conditions = ", ".join(f'C{n}: !Equals [!Ref P{n}, "yes"]' for n in range(30))
    keys = "\n          ".join(
        f"K{n}: {{Type: AWS::IAM::AccessKey, Condition: C{n % 30}, Properties: {{UserName: ci}}}}" for n in range(60)
    )
    template = f"""\
        Parameters: {{{parameters}}}
        Conditions: {{{conditions}}}
        Resources:
          {keys}
    """
    assert told(deployment(template)).certainty == "possible"


def test_what_comes_out_of_a_registered_module_cannot_be_told() -> None:
    template = """\
        Resources:
          M: {Type: Acme::Iam::User::MODULE}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref M.User}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
    """
    assert told(deployment(template)).reason == "it comes out of the module M"
