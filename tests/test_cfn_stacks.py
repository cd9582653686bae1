"""Stacks that nest, import and multiply others."""

from __future__ import annotations

from pathlib import Path

import pytest

from iac_keycheck.choices import Choices
from iac_keycheck.cloudformation.collecting import Parts
from iac_keycheck.cloudformation.embedded import Body, Stack, embedded
from iac_keycheck.deciding.guards import Space
from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Input, Origin, Ref, plain
from iac_keycheck.deciding.worlds import Inputs
from iac_keycheck.resource import ACCESS_KEY, USER, Deployment
from iac_keycheck.source import Span
from iac_keycheck.workspace import Workspace
from tests.cfn import deployment, deployments, owners, told

CHILD = """\
    Parameters:
      User: {Type: String}
      Make: {Type: String, Default: "yes"}
    Conditions: {Make: !Equals [!Ref Make, "yes"]}
    Resources:
      Key: {Type: AWS::IAM::AccessKey, Condition: Make, Properties: {UserName: !Ref User}}
    Outputs:
      Who: {Value: !Ref User}
"""


def parent(url: str, parameters: str = "{User: ci}", more: str = "") -> str:
    return f"""\
    Parameters: {{Env: {{Type: String, Default: dev}}}}
    Resources:
      Own: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: ci}}}}
      Inner:
        Type: AWS::CloudFormation::Stack
        Properties:
          TemplateURL: {url}
          Parameters: {parameters}
{more}
"""


def only(found: list[Deployment]) -> Deployment:
    (one,) = found
    assert not one.problems, one.problems
    return one


def addresses(found: Deployment, kind: str = ACCESS_KEY) -> list[str]:
    return [declaration.address for declaration in found.of_kind(kind)]


@pytest.mark.parametrize(
    "url",
    [
        "./inner/child.yaml",
        "inner/child.yaml",
        "https://s3.amazonaws.com/bucket/v1/child.yaml",
        "s3://bucket/child.yaml",
        '!Sub "https://${AWS::AccountId}-templates.s3.${AWS::Region}.amazonaws.com/x/inner/child.yaml"',
        '!Join ["/", ["https://s3.amazonaws.com", !Ref Env, child.yaml]]',
    ],
)
def test_a_nested_stack_is_judged_inside_its_parent(url: str, tmp_path: Path) -> None:
    found = only(deployments({"main.yaml": parent(url), "inner/child.yaml": CHILD}, directory=tmp_path))
    assert found.name == "main.yaml"
    assert addresses(found) == ["Own", "Inner.Key"]
    assert told(found).certainty == "always"
    key = found.of_kind(ACCESS_KEY)[1]
    assert [step.address for step in key.calls] == ["Inner"]
    assert key.header.path == "inner/child.yaml"


def test_parameters_go_down_and_outputs_come_up() -> None:
    more = "      Third: {Type: AWS::IAM::AccessKey, Properties: {UserName: !GetAtt Inner.Outputs.Who}}"
    found = only(deployments({"main.yaml": parent("child.yaml", "{User: !Sub 'u-${Env}'}", more), "child.yaml": CHILD}))
    assert {k: plain(v) for k, v in owners(found, {}).items()} == {"Own": "ci", "Inner.Key": "u-dev", "Third": "u-dev"}
    assert told(found).certainty == "always"


def test_a_condition_inside_is_decided_by_what_is_passed() -> None:
    files = {"main.yaml": parent("child.yaml", "{User: ci, Make: !Ref Env}"), "child.yaml": CHILD}
    answer = told(only(deployments(files)))
    assert (answer.certainty, answer.witness) == ("possible", {"Parameter Env": "yes"})


def test_a_condition_of_the_stack_is_one_of_what_it_holds() -> None:
    main = """\
        Parameters: {Env: {Type: String}}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          Own: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
          Inner:
            Type: AWS::CloudFormation::Stack
            Condition: Prod
            Properties: {TemplateURL: child.yaml, Parameters: {User: ci}}
    """
    answer = told(only(deployments({"main.yaml": main, "child.yaml": CHILD})))
    assert (answer.certainty, answer.witness) == ("possible", {"Parameter Env": "prod"})


def test_a_user_of_one_stack_is_told_from_that_of_another() -> None:
    users = """\
        Resources: {User: {Type: AWS::IAM::User}}
        Outputs: {Name: {Value: !Ref User}}
    """
    main = """\
        Resources:
          One: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: users.yaml}}
          Two: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: users.yaml}}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !GetAtt One.Outputs.Name}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: !GetAtt %s.Outputs.Name}}
    """
    same = only(deployments({"main.yaml": main % "One", "users.yaml": users}))
    assert addresses(same, USER) == ["One.User", "Two.User"]
    assert told(same).certainty == "always"
    assert told(only(deployments({"main.yaml": main % "Two", "users.yaml": users}))).certainty is None


def test_a_stack_that_cannot_be_read_gives_outputs_that_cannot_be_told() -> None:
    more = """\
      A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !GetAtt Inner.Outputs.Name}}
    """
    found = only(deployments({"main.yaml": parent("https://elsewhere/x.yaml", more=more)}))
    answer = told(found)
    assert answer.certainty is None
    assert answer.reason is not None
    assert "Inner cannot be found" in answer.reason
    assert list(found.unread) == [answer.reason]
    assert not found.gaps


def test_a_stack_whose_outputs_are_called_like_credentials_is_a_gap() -> None:
    more = """\
    Outputs: {Key: {Value: !GetAtt Inner.Outputs.SecretAccessKey}}
    """
    found = only(deployments({"main.yaml": parent("https://elsewhere/x.yaml", more=more)}))
    assert [gap.subject for gap in found.gaps] == ["Inner"]


def test_a_template_that_is_nested_only_by_an_example_is_a_root_all_the_same() -> None:
    files = {"examples/main.yaml": parent("../child.yaml"), "child.yaml": CHILD}
    assert [one.name for one in deployments(files)] == ["examples/main.yaml", "child.yaml"]


def test_a_stack_that_nests_itself_ends() -> None:
    found = only(deployments({"main.yaml": parent("main.yaml")}))
    assert addresses(found) == ["Own"]


def test_stacks_that_nest_each_other_are_both_roots_of_nothing_lost() -> None:
    files = {"a.yaml": parent("b.yaml"), "b.yaml": parent("a.yaml")}
    assert deployments(files)


def test_a_required_parameter_that_is_not_passed_is_a_problem() -> None:
    (found,) = deployments({"main.yaml": parent("child.yaml", "{}"), "child.yaml": CHILD})
    assert ["needs a value for its parameter User" in problem.message for problem in found.problems] == [True]


def test_serverless_applications_nest_templates() -> None:
    main = """\
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Own: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
          App: {Type: AWS::Serverless::Application, Properties: {Location: ./child.yaml, Parameters: {User: ci}}}
    """
    assert told(only(deployments({"main.yaml": main, "child.yaml": CHILD}))).certainty == "always"


def test_a_synthesized_stack_names_its_asset() -> None:
    main = """\
        {"Resources": {
          "Own": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": "ci"}},
          "Nested": {
            "Type": "AWS::CloudFormation::Stack",
            "Properties": {
              "TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::Region"}, ".amazonaws.com/b/0a.json"]]},
              "Parameters": {"User": "ci"}
            },
            "Metadata": {"aws:asset:path": "AppNested.nested.template.json", "aws:asset:property": "TemplateURL"}
          }
        }}
    """
    files = {"cdk.out/App.template.json": main, "cdk.out/AppNested.nested.template.json": CHILD}
    found = only(deployments(files))
    assert addresses(found) == ["Own", "Nested.Key"]


EXPORTER = """\
    Parameters: {Env: {Type: String, Default: dev}}
    Resources:
      Person: {Type: AWS::IAM::User}
      Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref Person}}
    Outputs:
      Person: {Value: !Ref Person, Export: {Name: %s}}
"""
IMPORTER = """\
    Parameters: {Env: {Type: String, Default: dev}}
    Resources:
      Key: {Type: AWS::IAM::AccessKey, Properties: {UserName: !ImportValue %s}}
"""


@pytest.mark.parametrize(
    ("exported", "imported"),
    [
        ("person", "person"),
        ("!Sub '${Env}-person'", "{'Fn::Join': ['-', [!Ref Env, person]]}"),
    ],
)
def test_keys_of_one_exported_user_meet(exported: str, imported: str) -> None:
    found = only(deployments({"b.yaml": IMPORTER % imported, "a.yaml": EXPORTER % exported}))
    assert found.name == "a.yaml"
    assert addresses(found) == ["Key", "b.yaml:Key"]
    assert told(found).certainty == "always"


def test_templates_that_share_no_export_are_apart() -> None:
    found = deployments({"b.yaml": IMPORTER % "person", "a.yaml": EXPORTER % "someone"})
    assert [one.name for one in found] == ["b.yaml", "a.yaml"]


def test_an_export_of_two_templates_joins_none() -> None:
    files = {"b.yaml": IMPORTER % "person", "a.yaml": EXPORTER % "person", "c.yaml": EXPORTER % "person"}
    assert [one.name for one in deployments(files)] == ["b.yaml", "a.yaml", "c.yaml"]


def test_a_name_that_a_template_without_users_exports_is_known() -> None:
    names = """\
        Resources: {Topic: {Type: AWS::SNS::Topic}}
        Outputs: {Name: {Value: ci, Export: {Name: who}}}
    """
    importer = """\
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !ImportValue who}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
    """
    assert told(only(deployments({"names.yaml": names, "keys.yaml": importer}))).certainty == "always"


STACK_SET = """\
    Parameters: {Region: {Type: String}}
    Resources:
      Set:
        Type: AWS::CloudFormation::StackSet
        Properties:
          PermissionModel: SELF_MANAGED
          StackInstancesGroup:
            - DeploymentTargets: {Accounts: %s}
              Regions: %s
          Parameters: [{ParameterKey: User, ParameterValue: ci}]
          TemplateBody: |
            Parameters: {User: {Type: String}}
            Resources:
              Key:
                Type: AWS::IAM::AccessKey
                Properties: {UserName: !Ref User}
"""


def test_a_stack_set_makes_a_key_in_each_region() -> None:
    found = deployment(STACK_SET % ("['111111111111']", "[us-east-1, eu-west-1]"))
    assert addresses(found) == ["Set[111111111111/us-east-1].Key", "Set[111111111111/eu-west-1].Key"]
    assert told(found).certainty == "always"
    assert found.of_kind(ACCESS_KEY)[0].header.line == 14


def test_keys_of_other_accounts_are_apart() -> None:
    found = deployment(STACK_SET % ("['111111111111', '222222222222']", "[us-east-1]"))
    assert told(found).certainty is None


def test_a_stack_set_whose_regions_are_not_known_is_a_gap() -> None:
    for regions in ("!Ref Region", "[us-east-1, !Ref Region]"):
        found = deployment(STACK_SET % ("['111111111111']", regions))
        assert ["accounts and regions" in gap.reason for gap in found.gaps] == [True]
        assert addresses(found) == ["Set[any].Key"]


def test_a_stack_set_in_one_region_of_which_the_name_is_not_known_makes_one_key() -> None:
    found = deployment(STACK_SET % ("['111111111111']", "[!Ref Region]"))
    assert addresses(found) == ["Set[111111111111/any].Key"]
    assert not found.gaps


LOOP = """\
    Transform: AWS::LanguageExtensions
    Parameters: {Names: {Type: CommaDelimitedList%s}}
    Resources:
      Fn::ForEach::People:
        - Name
        - %s
        - "User${Name}":
            Type: AWS::IAM::User
            Properties: {UserName: !Sub "${Name}-user"}
          "Key${Name}":
            Type: AWS::IAM::AccessKey
            Properties: {UserName: {Ref: !Sub "User${Name}"}}
      Extra: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref UserAnn}}
"""


def test_a_loop_makes_resources_with_names_of_their_own() -> None:
    found = deployment(LOOP % ("", "[Ann, Bob]"))
    assert not found.problems
    assert {k: v.target for k, v in owners(found).items() if isinstance(v, Ref)} == {
        "KeyAnn": "UserAnn",
        "KeyBob": "UserBob",
        "Extra": "UserAnn",
    }
    assert told(found).certainty == "always"


def test_a_loop_over_a_parameter_is_decided_for_its_default() -> None:
    assert told(deployment(LOOP % (", Default: 'Ann,Bob'", "!Ref Names"))).certainty == "default"


def test_a_loop_over_an_open_parameter_finds_the_list_that_matters() -> None:
    answer = told(deployment(LOOP % ("", "!Ref Names")))
    assert answer.certainty in {"possible", "always"}, answer


def test_loops_nest() -> None:
    template = """\
        Transform: [AWS::LanguageExtensions]
        Resources:
          Fn::ForEach::Envs:
            - Env
            - [Dev, Prod]
            - Fn::ForEach::Names:
                - Name
                - [A, B]
                - "K${Env}${Name}":
                    Type: AWS::IAM::AccessKey
                    Properties: {UserName: !Sub "${Env}-x"}
    """
    found = deployment(template)
    assert {k: plain(v) for k, v in owners(found).items()} == {
        "KDevA": "Dev-x",
        "KDevB": "Dev-x",
        "KProdA": "Prod-x",
        "KProdB": "Prod-x",
    }


def test_a_loop_without_the_language_extensions_is_a_problem() -> None:
    template = LOOP.replace("Transform: AWS::LanguageExtensions", "Description: x") % ("", "[Ann]")
    found = deployment(template)
    assert any("needs the transform" in problem.message for problem in found.problems)


def test_a_macro_makes_the_whole_template_a_gap() -> None:
    template = """\
        Transform: [AWS::Serverless-2016-10-31, MyMacro]
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
    """
    found = deployment(template)
    assert [gap.reason for gap in found.gaps] == ["the transform MyMacro may add or change users and keys"]
    assert not found.declarations


def test_a_macro_among_the_resources_is_named_too() -> None:
    template = """\
        Resources:
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: s3://bucket/keys.yaml}}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
    """
    (gap,) = deployment(template).gaps
    assert gap.reason == "the transform Fn::Transform with AWS::Include may add or change users and keys"


def test_parameter_files_beside_a_template_are_named_worlds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    template = """\
        Parameters: {Env: {Type: String}}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
          B: {Type: AWS::IAM::AccessKey, Condition: Prod, Properties: {UserName: ci}}
    """
    pair = '[{"ParameterKey": "Env", "ParameterValue": "%s"}]'
    files = {
        "iam.yaml": template,
        "iam.parameters.json": pair % "prod",
        "iam-dev.params.json": '{"Parameters": {"Env": "dev"}}',
        "parameters/live.json": '{"Env": "prod"}',
        "parameters/other.json": '{"Else": "prod"}',
        "samconfig.toml": '[prod.deploy.parameters]\nparameter_overrides = "Env=\\"prod\\" "\n',
    }
    found = only(deployments(files, directory=tmp_path))
    names = ["iam-dev.params.json", "iam.parameters.json", "parameters/live.json", "samconfig.toml (prod)"]
    assert [name for name, _ in found.space.named] == names
    assert told(found).worlds == ("iam.parameters.json", "parameters/live.json", "samconfig.toml (prod)")


def test_a_parameter_file_of_another_template_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "values.json").write_text('{"Elsewhere": "x"}')
    template = "Resources: {A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}}"
    (found,) = deployments({"iam.yaml": template}, Choices(parameters=("values.json",)), tmp_path)
    assert [(p.span.path, p.message) for p in found.problems] == [
        ("values.json", "no scanned template has all the parameters that it gives a value: Elsewhere")
    ]


SERVERLESS = """\
    service: shop
    custom: {user: "${self:service}-ci", stages: {dev: one, prod: two}}
    provider: {name: aws, stage: "${opt:stage, 'dev'}"}
    resources:
      Resources:
        A: {Type: AWS::IAM::AccessKey, Properties: {UserName: "%s"}}
        B: {Type: AWS::IAM::AccessKey, Properties: {UserName: %s}}
"""


@pytest.mark.parametrize(
    ("one", "other", "certainty"),
    [
        ("${self:custom.user}", "shop-ci", "always"),
        ("${self:custom.user}", "!Sub '${self:service}-ci'", "always"),
        ("${env:USER}", '"${env:USER}"', "always"),
        ("${env:USER}", "shop-ci", None),
        ("${opt:stage, 'dev'}", "dev", "default"),
        ("${self:provider.stage}-x", "dev-x", "default"),
        ("${self:custom.stages.${opt:stage, 'dev'}}", "other", None),
        ("${self:custom.missing, 'dev'}", "dev", "always"),
    ],
)
def test_variables_of_the_serverless_framework_are_looked_up(one: str, other: str, certainty: str | None) -> None:
    found = deployment(SERVERLESS % (one, other))
    assert not found.problems
    assert told(found).certainty == certainty


def test_what_another_program_fills_in_cannot_be_told() -> None:
    template = """\
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: "{{ user }}"}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
    """
    answer = told(deployment(template))
    assert (answer.certainty, answer.reason) == (
        None,
        "{{ user }} is filled in before CloudFormation sees the template",
    )


def test_a_template_inside_other_code_is_read_in_its_place() -> None:
    source = """\
resource "aws_cloudformation_stack" "keys" {
  template_body = <<-EOT
    Parameters: {User: {Type: String}}
    Resources:
      A:
        Type: AWS::IAM::AccessKey
        Properties: {UserName: !Ref User}
      B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
  EOT
}
"""
    text = "".join(line[4:] + "\n" for line in source.split("\n")[2:8])
    inputs = Inputs()
    user = Input("var.user", Origin.VARIABLE, STRING, mentions=("ci",))
    parts = Parts()
    embedded(
        Stack(
            address="aws_cloudformation_stack.keys",
            body=Body(text, "main.tf", source, Span("main.tf", 2, 19, 9, 6)),
            inputs=inputs,
            workspace=Workspace(()),
            argument=lambda _name: inputs.value(user),
            passed=frozenset({"User"}),
        ),
        parts,
    )
    assert [(d.address, d.header.line, d.header.column) for d in parts.declarations] == [
        ("aws_cloudformation_stack.keys.A", 5, 7),
        ("aws_cloudformation_stack.keys.B", 8, 7),
    ]
    found = Deployment("main.tf", "terraform", Space(inputs), tuple(parts.declarations))
    assert told(found).witness == {"var.user": "ci"}
