"""Arguments of Terraform resources that keep what they are given where others read it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from iac_keycheck.cloudformation.embedded import hidden_parameters
from iac_keycheck.deciding.terms import either, equal
from iac_keycheck.deciding.values import Entries, Unknown, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.evaluate import Frame
from iac_keycheck.terraform.sites import Site, nested, value_of
from iac_keycheck.terraform.syntax import Attribute, Body

_USER_DATA = "the user data"
_VARIABLES = "the environment variables"
_FILE = "the file"
_OBJECT = "the object"
_TAGS = "the tags"
_METADATA = "the metadata"

ANYWHERE: Mapping[str, str] = {
    "user_data": _USER_DATA,
    "user_data_base64": _USER_DATA,
    "custom_data": _USER_DATA,
    "tags": _TAGS,
    "environment_variables": _VARIABLES,
    "container_definitions": "the container definitions",
    "metadata": _METADATA,
    "metadata_startup_script": _METADATA,
}
"""Arguments that mean the same in whatever resource they stand."""
_POD = "spec.container.env.value"
_IN_KUBERNETES: Mapping[str, str] = {
    "pod": _POD,
    "job": f"spec.template.{_POD}",
    "deployment": f"spec.template.{_POD}",
    "daemonset": f"spec.template.{_POD}",
    "stateful_set": f"spec.template.{_POD}",
    "cron_job": f"spec.job_template.spec.template.{_POD}",
}
_STACKS = ("aws_cloudformation_stack", "aws_cloudformation_stack_set")
OF_TYPES: Mapping[str, Mapping[str, str]] = {
    **{
        f"kubernetes_{kind}{version}": {path: _VARIABLES}
        for kind, path in _IN_KUBERNETES.items()
        for version in ("", "_v1")
    },
    "google_cloud_run_service": {"template.spec.containers.env.value": _VARIABLES},
    "google_cloud_run_v2_service": {"template.containers.env.value": _VARIABLES},
    "aws_lambda_function": {"environment.variables": _VARIABLES},
    "aws_codebuild_project": {"environment.environment_variable.value": _VARIABLES},
    "aws_batch_job_definition": {"container_properties": "the container properties"},
    "aws_elastic_beanstalk_environment": {"setting.value": "the settings"},
    "aws_glue_job": {"default_arguments": "the arguments"},
    "aws_ssm_parameter": {"value": "the value", "insecure_value": "the value"},
    "aws_s3_object": {"content": _OBJECT, "content_base64": _OBJECT},
    "aws_s3_bucket_object": {"content": _OBJECT, "content_base64": _OBJECT},
    "google_storage_bucket_object": {"content": _OBJECT},
    "azurerm_storage_blob": {"source_content": _OBJECT},
    "local_file": {"content": _FILE, "content_base64": _FILE, "sensitive_content": _FILE},
    "local_sensitive_file": {"content": _FILE, "content_base64": _FILE},
    "kubernetes_config_map": {"data": "the data"},
    "kubernetes_config_map_v1": {"data": "the data"},
    "kubernetes_config_map_v1_data": {"data": "the data"},
    "github_actions_variable": {"value": "the value"},
    "github_actions_organization_variable": {"value": "the value"},
    **{kind: {"parameters": "the template parameters"} for kind in _STACKS},
    **{
        f"aws_{kind}": dict.fromkeys(paths, _VARIABLES)
        for kind, paths in {
            "apprunner_service": (
                f"source_configuration.{source}.runtime_environment_variables"
                for source in (
                    "image_repository.image_configuration",
                    "code_repository.code_configuration.code_configuration_values",
                )
            ),
            "lightsail_container_service_deployment_version": ("container.environment",),
            "sagemaker_model": ("primary_container.environment", "container.environment"),
            "synthetics_canary": ("run_config.environment_variables",),
        }.items()
    },
    "aws_spot_fleet_request": {"launch_specification.user_data": _USER_DATA},
    "azurerm_container_group": {"container.environment_variables": _VARIABLES},
    "google_cloudfunctions2_function": {"service_config.environment_variables": _VARIABLES},
}
PROVISIONERS: Mapping[str, str] = {
    "command": "a command",
    "inline": "a command",
    "environment": "a command",
    "content": "a file",
}
_NAMED = expression(rf'\b(?:{"|".join(ANYWHERE)})"?\s*(?:=|/\*)|\bprovisioner\b')
"""Text that stands in every block in which something is shown, but for those of certain types."""


@dataclass(frozen=True, slots=True)
class Sink:
    """An argument that shows what it is given. ``frames`` are those of the block that it stands in.

    ``when`` says whether it does in a frame, and ``part`` gives what it shows of its value there.
    """

    what: str
    attribute: Attribute
    frames: Callable[[Frame], Iterator[Frame]]
    when: Callable[[Frame], bool | Unknown] = lambda _frame: True
    part: Callable[[Value, Frame], Value] = lambda value, _frame: value

    def shown(self, frame: Frame) -> Value:
        """What is shown in a frame."""
        return self.part(value_of(self.attribute.expression, frame), frame)


def may_show(type_: str, text: str) -> bool:
    """Whether a block may have such an argument, by its text; that of one of JSON is not known."""
    return not text or type_ in OF_TYPES or _NAMED.search(text) is not None


def sinks(site: Site) -> Iterator[Sink]:
    """The arguments of a block that show what they are given."""
    body = site.block.body
    for name, what in ANYWHERE.items():
        attribute = body.attributes.get(name)
        if attribute is not None:
            yield Sink(f"{what} of {site.address}", attribute, _same)
    for path, what in OF_TYPES.get(site.type, {}).items():
        for attribute, frames in arguments_at(body, path.split(".")):
            yield Sink(f"{what} of {site.address}", attribute, frames, _condition(site, path), _part(site))
    for block in body.nested("provisioner", 1):
        for name, what in PROVISIONERS.items():
            attribute = block.body.attributes.get(name)
            if attribute is not None:
                yield Sink(f"{what} of a provisioner of {site.address}", attribute, _same)


def arguments_at(body: Body, path: list[str]) -> Iterator[tuple[Attribute, Callable[[Frame], Iterator[Frame]]]]:
    """The arguments at a path through nested blocks, each with the frames in which it stands."""
    first, *rest = path
    if not rest:
        attribute = body.attributes.get(first)
        if attribute is not None:
            yield attribute, _same
        return
    for inner, outer_frames in nested(body, first):
        for attribute, inner_frames in arguments_at(inner, rest):
            yield attribute, _both(outer_frames, inner_frames)


def _both(
    outer: Callable[[Frame], Iterator[Frame]], inner: Callable[[Frame], Iterator[Frame]]
) -> Callable[[Frame], Iterator[Frame]]:
    return lambda frame: (found for middle in outer(frame) for found in inner(middle))


def _same(frame: Frame) -> Iterator[Frame]:
    yield frame


def _condition(site: Site, path: str) -> Callable[[Frame], bool | Unknown]:
    attributes = site.block.body.attributes
    if site.type == "aws_ssm_parameter" and path == "value":
        kind = attributes.get("type")
        return lambda frame: True if kind is None else _in_clear(value_of(kind.expression, frame))
    return lambda _frame: True


def _in_clear(kind: Value) -> bool | Unknown:
    return either(equal(kind, "String"), equal(kind, "StringList"))


def _part(site: Site) -> Callable[[Value, Frame], Value]:
    if site.type not in _STACKS:
        return lambda value, _frame: value
    template = site.block.body.attributes.get("template_body")
    return lambda value, frame: None if template is None else _echoed(value, value_of(template.expression, frame))


def _echoed(arguments: Value, template: Value) -> Value:
    """The arguments of a stack that are shown to whoever may describe it; none where its template is not known."""
    text = plain(template)
    hidden = hidden_parameters(text) if isinstance(text, str) else None
    if hidden is None:
        return None
    given = plain(arguments)
    if not isinstance(given, Entries):
        return None if hidden else given
    return Entries(given.kind, {name: value for name, value in given.entries.items() if name not in hidden})
