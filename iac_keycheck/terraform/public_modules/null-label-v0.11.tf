# cloudposse/label/null 0.11 to 0.18, see its tags 0.11.0 to 0.18.0 on GitHub; what is empty comes from the context.

variable "namespace" {
  type    = string
  default = ""
}

variable "environment" {
  type    = string
  default = ""
}

variable "stage" {
  type    = string
  default = ""
}

variable "name" {
  type    = string
  default = ""
}

variable "attributes" {
  type    = list(string)
  default = []
}

variable "delimiter" {
  type    = string
  default = "-"
}

variable "label_order" {
  type    = list(string)
  default = []
}

variable "regex_replace_chars" {
  type    = string
  default = "/[^a-zA-Z0-9-]/"
}

variable "enabled" {
  type    = bool
  default = true
}

variable "context" {
  type    = any
  default = {}
}

locals {
  removed = try(coalesce(var.regex_replace_chars, try(var.context.regex_replace_chars, null)), "/[^a-zA-Z0-9-]/")
  given = {
    namespace   = try(coalesce(var.namespace, try(var.context.namespace, null)), "")
    environment = try(coalesce(var.environment, try(var.context.environment, null)), "")
    stage       = try(coalesce(var.stage, try(var.context.stage, null)), "")
    name        = try(coalesce(var.name, try(var.context.name, null)), "")
  }
  parts      = { for part, text in local.given : part => lower(replace(text, local.removed, "")) }
  delimiter  = try(coalesce(var.delimiter, try(var.context.delimiter, null)), "-")
  attributes = compact(distinct(concat(var.attributes, try(var.context.attributes, []))))
  order      = coalescelist(var.label_order, try(var.context.label_order, []), ["namespace", "environment", "stage", "name", "attributes"])
  labels     = merge(local.parts, { attributes = lower(replace(join(local.delimiter, local.attributes), local.removed, "")) })
}

output "id" {
  value = var.enabled ? lower(join(local.delimiter, compact([for part in local.order : local.labels[part]]))) : ""
}

output "enabled" {
  value = var.enabled
}

output "namespace" {
  value = local.parts.namespace
}

output "environment" {
  value = local.parts.environment
}

output "stage" {
  value = local.parts.stage
}

output "name" {
  value = local.parts.name
}

output "attributes" {
  value = local.attributes
}

output "delimiter" {
  value = local.delimiter
}

output "context" {
  value = {
    enabled             = var.enabled
    namespace           = local.parts.namespace
    environment         = local.parts.environment
    stage               = local.parts.stage
    name                = local.parts.name
    attributes          = local.attributes
    delimiter           = local.delimiter
    label_order         = local.order
    regex_replace_chars = local.removed
  }
}
