"""CloudFormation templates, from files to resources."""
