"""CloudFormation templates, from files to resources."""

from iac_keycheck.cloudformation.deployments import deployments
from iac_keycheck.cloudformation.detect import is_template
from iac_keycheck.cloudformation.embedded import Stack, embedded

__all__ = ["Stack", "deployments", "embedded", "is_template"]
