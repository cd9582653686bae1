provider "aws" {
  alias   = "other"
  profile = "other"
}

provider "aws" {
  alias  = "west"
  region = "us-west-2"
}

module "m6" {
  source = "./modules/m1"
  count  = 2
  p0     = "m6-${count.index}"
  p1     = ((startswith(var.v0, "p")) == (var.v0 == "stage") || true)
}

resource "aws_iam_access_key" "k8" {
  user   = data.aws_iam_user.u3.user_name
  status = contains(["dev", "prod"], var.v1) ? "Inactive" : null
}

resource "aws_iam_access_key" "k9" {
  user   = data.aws_iam_user.u3.user_name
  status = var.v1 != "prod" ? "Inactive" : null
}
