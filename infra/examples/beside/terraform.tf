terraform {
  required_version = ">= 1.11"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.0"
    }
  }

  # `terraform init -backend-config=bucket=…`: the bucket that infra/bootstrap made.
  backend "s3" {
    key          = "cutover/terraform.tfstate"
    encrypt      = true
    use_lockfile = true
  }
}

provider "aws" {
  default_tags {
    tags = { project = "cutover", managed_by = "terraform" }
  }
}
