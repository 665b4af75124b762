# What must be there before the first deployment: the bucket of the state, and who deploys. A person applies it, once.
data "aws_caller_identity" "current" {}

resource "aws_s3_bucket" "state" {
  bucket = "${var.prefix}-terraform-${data.aws_caller_identity.current.account_id}"

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_s3_bucket_versioning" "state" {
  bucket = aws_s3_bucket.state.id

  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_server_side_encryption_configuration" "state" {
  bucket = aws_s3_bucket.state.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_public_access_block" "state" {
  bucket                  = aws_s3_bucket.state.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

module "deploy" {
  source = "../modules/deploy"

  prefix       = var.prefix
  repository   = var.repository
  environment  = var.environment
  state_bucket = aws_s3_bucket.state.arn
}

output "state_bucket" {
  description = "The bucket of the state."
  value       = aws_s3_bucket.state.id
}

output "ci" {
  description = "What CI is told: its roles."
  value       = module.deploy.roles
}
