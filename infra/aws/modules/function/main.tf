locals {
  name = "${var.program.prefix}-${var.name}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.program.log_retention_days
  tags              = var.program.tags
}

resource "aws_lambda_function" "this" {
  function_name    = local.name
  role             = aws_iam_role.this.arn
  runtime          = "provided.al2023"
  architectures    = ["arm64"]
  handler          = "bootstrap"
  s3_bucket        = var.program.archive.bucket
  s3_key           = var.program.archive.key
  source_code_hash = var.program.archive.hash
  memory_size      = var.memory_mib
  timeout          = var.timeout_seconds
  tags             = var.program.tags

  environment {
    variables = merge(
      var.settings,
      { for name, arn in var.secrets : "${name}_ARN" => arn },
      {
        ONEVENT_PREFIX  = var.program.prefix
        ONEVENT_ACCOUNT = var.program.account
        ONEVENT_VERSION = substr(var.program.archive.key, 0, 12) # begins with its hash
      },
      var.target == "" ? {} : { FUNCTION_TARGET = var.target },
    )
  }

  # Its log group is there before Lambda makes one that keeps everything for ever.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}
