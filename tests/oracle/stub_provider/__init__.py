"""Stub Terraform providers, served to the real `terraform` over its plugin protocol, without registry and account.

`terraform` finds them through `TF_REATTACH_PROVIDERS` (see `server`). The resource types are described in `catalog`,
what a provider does with them in `behaviour`, and the protocol itself in `wire` and `schema`.
"""
