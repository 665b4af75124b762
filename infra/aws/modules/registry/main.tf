data "aws_caller_identity" "current" {}
data "aws_region" "current" {}

# Archives, each under its own hash: it is uploaded once for all programs, and a version before can be deployed again.
resource "aws_s3_bucket" "this" {
  bucket = "${var.prefix}-archives-${data.aws_caller_identity.current.account_id}-${data.aws_region.current.name}"
  tags   = var.tags

  force_destroy = true # it holds what can be built again
}

resource "aws_s3_bucket_public_access_block" "this" {
  bucket                  = aws_s3_bucket.this.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "this" {
  bucket = aws_s3_bucket.this.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_object" "archive" {
  bucket = aws_s3_bucket.this.id
  key    = "${filesha256(var.archive)}.zip"
  source = var.archive

  depends_on = [aws_s3_bucket_public_access_block.this, aws_s3_bucket_server_side_encryption_configuration.this]
}

output "archive" {
  description = "Where the archive is: bucket, key, and its hash as Lambda has it."
  value = {
    bucket = aws_s3_bucket.this.id
    key    = aws_s3_object.archive.key
    hash   = filebase64sha256(var.archive)
  }
}
