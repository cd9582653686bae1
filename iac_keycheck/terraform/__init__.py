"""Terraform and OpenTofu configurations, from files to resources."""
