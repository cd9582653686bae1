"""Differential tests: the analyzer's answers against what Terraform and CloudFormation do. See README.md."""
