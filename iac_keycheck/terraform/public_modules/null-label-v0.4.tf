# cloudposse/label/null 0.4 to 0.10, see its tags 0.4.0 to 0.10.0 on GitHub; a context is a map of lists of text.

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

variable "enabled" {
  type    = string
  default = "true"
}

variable "context" {
  type    = any
  default = {}
}

locals {
  given = {
    namespace   = var.namespace != "" ? var.namespace : try(var.context.namespace[0], "")
    environment = var.environment != "" ? var.environment : try(var.context.environment[0], "")
    stage       = var.stage != "" ? var.stage : try(var.context.stage[0], "")
    name        = var.name != "" ? var.name : try(var.context.name[0], "")
  }
  parts      = { for part, text in local.given : part => lower(replace(text, "/[^a-zA-Z0-9]/", "")) }
  delimiter  = var.delimiter != "-" ? var.delimiter : try(var.context.delimiter[0], "-")
  attributes = distinct(compact(concat(var.attributes, try(var.context.attributes, []))))
  order      = coalescelist(var.label_order, try(var.context.label_order, []), ["namespace", "environment", "stage", "name", "attributes"])
  labels     = merge(local.parts, { attributes = lower(join(local.delimiter, local.attributes)) })
}

output "id" {
  value = var.enabled == "true" ? lower(join(local.delimiter, compact([for part in local.order : local.labels[part]]))) : ""
}

output "enabled" {
  value = var.enabled == "true"
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
    namespace   = [local.parts.namespace]
    environment = [local.parts.environment]
    stage       = [local.parts.stage]
    name        = [local.parts.name]
    attributes  = local.attributes
    delimiter   = [local.delimiter]
    label_order = local.order
  }
}
