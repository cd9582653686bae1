# cloudposse/label/null 0.19 to 0.25, see its tags 0.19.0 to 0.25.0 on GitHub; what is null comes from the context.

variable "context" {
  type    = any
  default = {}
}

variable "enabled" {
  type    = bool
  default = null
}

variable "namespace" {
  type    = string
  default = null
}

variable "tenant" {
  type    = string
  default = null
}

variable "environment" {
  type    = string
  default = null
}

variable "stage" {
  type    = string
  default = null
}

variable "name" {
  type    = string
  default = null
}

variable "delimiter" {
  type    = string
  default = null
}

variable "attributes" {
  type    = list(string)
  default = []
}

variable "label_order" {
  type    = list(string)
  default = null
}

variable "regex_replace_chars" {
  type    = string
  default = null
}

variable "id_length_limit" {
  type    = number
  default = null
}

variable "label_value_case" {
  type    = string
  default = null
}

locals {
  input = {
    enabled             = var.enabled == null ? try(var.context.enabled, true) : var.enabled
    namespace           = var.namespace == null ? try(var.context.namespace, null) : var.namespace
    tenant              = var.tenant == null ? try(var.context.tenant, null) : var.tenant
    environment         = var.environment == null ? try(var.context.environment, null) : var.environment
    stage               = var.stage == null ? try(var.context.stage, null) : var.stage
    name                = var.name == null ? try(var.context.name, null) : var.name
    delimiter           = var.delimiter == null ? try(var.context.delimiter, null) : var.delimiter
    attributes          = compact(distinct(concat(coalesce(try(var.context.attributes, []), []), coalesce(var.attributes, []))))
    label_order         = var.label_order == null ? try(var.context.label_order, null) : var.label_order
    regex_replace_chars = var.regex_replace_chars == null ? try(var.context.regex_replace_chars, null) : var.regex_replace_chars
    id_length_limit     = var.id_length_limit == null ? try(var.context.id_length_limit, null) : var.id_length_limit
    label_value_case    = var.label_value_case == null ? try(var.context.label_value_case, null) : var.label_value_case
  }

  enabled   = local.input.enabled
  delimiter = local.input.delimiter == null ? "-" : local.input.delimiter
  order     = coalescelist(local.input.label_order == null ? [] : local.input.label_order, ["namespace", "environment", "stage", "name", "attributes"])
  removed   = local.input.regex_replace_chars == null ? "/[^-a-zA-Z0-9]/" : local.input.regex_replace_chars
  case      = local.input.label_value_case == null ? "lower" : local.input.label_value_case
  limit     = local.input.id_length_limit == null ? 0 : local.input.id_length_limit

  plain = {
    namespace   = local.input.namespace == null ? "" : replace(local.input.namespace, local.removed, "")
    tenant      = local.input.tenant == null ? "" : replace(local.input.tenant, local.removed, "")
    environment = local.input.environment == null ? "" : replace(local.input.environment, local.removed, "")
    stage       = local.input.stage == null ? "" : replace(local.input.stage, local.removed, "")
    name        = local.input.name == null ? "" : replace(local.input.name, local.removed, "")
    attributes  = join(local.delimiter, compact(distinct([for text in local.input.attributes : replace(text, local.removed, "")])))
  }
  cased = {
    none  = local.plain
    lower = { for part, text in local.plain : part => lower(text) }
    upper = { for part, text in local.plain : part => upper(text) }
    title = { for part, text in local.plain : part => title(lower(text)) }
  }
  labels = local.cased[local.case]

  id_full = join(local.delimiter, compact([for part in local.order : local.labels[part]]))
  room    = local.limit - 5 - length(local.delimiter)
  short   = local.room <= 0 ? "" : "${trimsuffix(substr(local.id_full, 0, local.room), local.delimiter)}${local.delimiter}"
  id      = local.limit == 0 ? local.id_full : length(local.id_full) <= local.limit ? local.id_full : substr("${local.short}${md5(local.id_full)}", 0, local.limit)
}

output "id" {
  value = local.enabled ? local.id : ""
}

output "id_full" {
  value = local.enabled ? local.id_full : ""
}

output "enabled" {
  value = local.enabled
}

output "namespace" {
  value = local.enabled ? local.labels.namespace : ""
}

output "tenant" {
  value = local.enabled ? local.labels.tenant : ""
}

output "environment" {
  value = local.enabled ? local.labels.environment : ""
}

output "stage" {
  value = local.enabled ? local.labels.stage : ""
}

output "name" {
  value = local.enabled ? local.labels.name : ""
}

output "delimiter" {
  value = local.enabled ? local.delimiter : ""
}

output "attributes" {
  value = local.enabled ? local.input.attributes : []
}

output "context" {
  value = local.input
}
