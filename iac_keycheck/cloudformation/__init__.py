"""CloudFormation templates, from files to resources."""

from iac_keycheck.cloudformation.deployments import deployments
from iac_keycheck.cloudformation.detect import is_template

__all__ = ["deployments", "is_template"]
