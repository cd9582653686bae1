"""The resource types and data sources of the stub providers, in the notation of `schema`.

Names and types of the attributes follow the published schemas of the providers (aws 5.100, random 3.6, time 0.14, null
3.2, local 2.5, tls 4.0); what has nothing to do with users, keys and their rotation is left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tests.oracle.stub_provider.schema import Block, parse


@dataclass(frozen=True, slots=True)
class Provider:
    """What one provider offers. ``legacy``: it is built on the older SDK, whose plans Terraform checks less."""

    name: str
    legacy: bool
    configuration: Block
    resources: Mapping[str, Block]
    data_sources: Mapping[str, Block]


_ID: Final = "id:s?+ "
_TAGS: Final = "tags:ms? tags_all:ms?+ "
_AWS_SERVICES: Final = (
    "dynamodb",
    "iam",
    "kms",
    "lambda",
    "organizations",
    "s3",
    "secretsmanager",
    "sns",
    "sqs",
    "ssm",
    "sts",
)
_AWS_PROVIDER: Final = (
    "region:s? access_key:s? secret_key:s? token:s? profile:s? shared_credentials_files:ls? shared_config_files:ls? "
    "max_retries:n? retry_mode:s? allowed_account_ids:ss? forbidden_account_ids:ss? insecure:b? "
    "skip_credentials_validation:b? skip_metadata_api_check:s? skip_region_validation:b? skip_requesting_account_id:b? "
    "s3_use_path_style:b? sts_region:s? "
    "assume_role{role_arn:s? session_name:s? external_id:s? duration:s? policy:s? policy_arns:ss? tags:ms?}L "
    "assume_role_with_web_identity{role_arn:s? session_name:s? web_identity_token:s? web_identity_token_file:s?}L "
    "default_tags{tags:ms?}L ignore_tags{keys:ss? key_prefixes:ss?}L "
    "endpoints{" + " ".join(f"{service}:s?" for service in _AWS_SERVICES) + "}S"
)
_AWS_RESOURCES: Final = {
    "aws_iam_user": _ID
    + _TAGS
    + 'name:s! path:s?="/" permissions_boundary:s? force_destroy:b?=false arn:s+ unique_id:s+',
    "aws_iam_access_key": _ID
    + 'user:s!^ pgp_key:s?^ status:s?="Active" create_date:s+ secret:s+$ encrypted_secret:s+ key_fingerprint:s+ '
    "ses_smtp_password_v4:s+$ encrypted_ses_smtp_password_v4:s+",
    "aws_iam_user_login_profile": _ID
    + "user:s!^ pgp_key:s?^ password_length:n?^=20 password_reset_required:b?+^ password:s+$ encrypted_password:s+ "
    "key_fingerprint:s+",
    "aws_iam_user_policy_attachment": _ID + "user:s!^ policy_arn:s!^",
    "aws_iam_user_policy": _ID + "user:s!^ policy:s! name:s?+^ name_prefix:s?+^",
    "aws_iam_user_group_membership": _ID + "user:s!^ groups:ss!",
    "aws_iam_group": _ID + 'name:s! path:s?="/" arn:s+ unique_id:s+',
    "aws_iam_group_membership": _ID + "name:s!^ group:s!^ users:ss!",
    "aws_iam_policy": _ID
    + _TAGS
    + 'name:s?+^ name_prefix:s?+^ path:s?^="/" description:s?^ policy:s! arn:s+ policy_id:s+',
    "aws_secretsmanager_secret": _ID
    + _TAGS
    + "name:s?+^ name_prefix:s?+^ description:s? kms_key_id:s? policy:s?+ recovery_window_in_days:n?=30 arn:s+",
    "aws_secretsmanager_secret_version": _ID
    + "secret_id:s!^ secret_string:s?$ secret_binary:s?$^ version_stages:ss?+ version_id:s+ arn:s+",
    "aws_ssm_parameter": _ID
    + _TAGS
    + "name:s!^ type:s! value:s?+$ insecure_value:s?+ description:s? key_id:s?+ tier:s?+ arn:s?+ version:n+",
}
_AWS_DATA_SOURCES: Final = {
    "aws_iam_user": _ID + "user_name:s! arn:s+ path:s+ permissions_boundary:s+ tags:ms?+ user_id:s+",
    "aws_iam_users": _ID + "name_regex:s? path_prefix:s? arns:ss+ names:ss+",
    "aws_iam_access_keys": _ID + "user:s! access_keys:keys+",
    "aws_caller_identity": _ID + "account_id:s+ arn:s+ user_id:s+",
    "aws_region": _ID + "name:s?+ endpoint:s?+ description:s+",
    "aws_partition": _ID + "partition:s+ dns_suffix:s+ reverse_dns_prefix:s+",
}
_CHARACTERS: Final = (
    "lower:b?^=true upper:b?^=true number:b?+^ numeric:b?+^ special:b?^=true min_lower:n?^=0 min_upper:n?^=0 "
    "min_numeric:n?^=0 min_special:n?^=0 override_special:s?^ "
)
_RANDOM_RESOURCES: Final = {
    "random_id": "id:s+ byte_length:n!^ keepers:ms?^ prefix:s?^ b64_std:s+ b64_url:s+ dec:s+ hex:s+",
    "random_string": "id:s+ length:n!^ keepers:ms?^ result:s+ " + _CHARACTERS,
    "random_password": "id:s+ length:n!^ keepers:ms?^ result:s+$ bcrypt_hash:s+$ " + _CHARACTERS,
    "random_pet": 'id:s+ length:n?^=2 keepers:ms?^ prefix:s?^ separator:s?^="-"',
    "random_integer": "id:s+ min:n!^ max:n!^ keepers:ms?^ seed:s?^ result:n+",
    "random_uuid": "id:s+ keepers:ms?^ result:s+",
    "random_shuffle": "id:s+ input:ls!^ keepers:ms?^ result_count:n?^ seed:s?^ result:ls+",
}
_CLOCK: Final = "day:n+ hour:n+ minute:n+ month:n+ second:n+ unix:n+ year:n+ "
_TIME_RESOURCES: Final = {
    "time_rotating": "id:s+ triggers:ms?^ rfc3339:s?+^ rotation_days:n? rotation_hours:n? rotation_minutes:n? "
    "rotation_months:n? rotation_years:n? rotation_rfc3339:s?+ " + _CLOCK,
    "time_static": "id:s+ triggers:ms?^ rfc3339:s?+^ " + _CLOCK,
    "time_offset": "id:s+ triggers:ms?^ base_rfc3339:s?+^ offset_days:n? offset_hours:n? offset_minutes:n? "
    "offset_months:n? offset_seconds:n? offset_years:n? rfc3339:s+ " + _CLOCK,
    "time_sleep": "id:s+ triggers:ms?^ create_duration:s? destroy_duration:s?",
}
_FILE: Final = 'id:s+ filename:s!^ content:s?^ source:s?^ file_permission:s?^="0777" content_md5:s+ content_sha256:s+ '
_TLS_KEY: Final = (
    "id:s+ algorithm:s!^ rsa_bits:n?+^ ecdsa_curve:s?+^ private_key_pem:s+$ public_key_pem:s+ public_key_openssh:s+"
)


def _provider(
    name: str, configuration: str, resources: Mapping[str, str], data_sources: Mapping[str, str], *, legacy: bool
) -> Provider:
    return Provider(
        name,
        legacy,
        parse(configuration),
        {kind: parse(text, defaults_are_computed=not legacy) for kind, text in resources.items()},
        {kind: parse(text) for kind, text in data_sources.items()},
    )


PROVIDERS: Final = (
    _provider("aws", _AWS_PROVIDER, _AWS_RESOURCES, _AWS_DATA_SOURCES, legacy=True),
    _provider("random", "", _RANDOM_RESOURCES, {}, legacy=False),
    _provider("time", "", _TIME_RESOURCES, {}, legacy=False),
    _provider("null", "", {"null_resource": "id:s+ triggers:ms?^"}, {}, legacy=False),
    _provider(
        "local", "", {"local_file": _FILE}, {"local_file": "id:s+ filename:s! content:s+ content_md5:s+"}, legacy=False
    ),
    _provider("tls", "", {"tls_private_key": _TLS_KEY}, {}, legacy=False),
)
