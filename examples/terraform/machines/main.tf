provider "aws" {
  region = "eu-central-1"
}

variable "deploy_phase" {
  description = "Which key of the deployment user is in use"
  type        = string
  default     = "blue"
}

module "deploy" {
  source         = "../machine-user"
  name           = "ci-deploy"
  rotation_phase = var.deploy_phase
}

module "backup" {
  source = "../machine-user"
  name   = "ci-backup"
}
