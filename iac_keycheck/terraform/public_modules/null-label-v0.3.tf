# cloudposse/label/null 0.2 and 0.3, see its tags 0.2.0 to 0.3.8 on GitHub.

variable "namespace" {
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

variable "enabled" {
  type    = string
  default = "true"
}

output "id" {
  value = var.enabled == "true" ? lower(join(var.delimiter, compact(concat([var.namespace, var.stage, var.name], var.attributes)))) : ""
}

output "name" {
  value = lower(var.name)
}

output "namespace" {
  value = lower(var.namespace)
}

output "stage" {
  value = lower(var.stage)
}
