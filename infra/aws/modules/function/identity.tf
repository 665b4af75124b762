locals {
  store = concat(
    ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query", "dynamodb:UpdateItem"],
    var.scans ? ["dynamodb:Scan"] : [],
  )
  delete = ["dynamodb:BatchWriteItem", "dynamodb:DeleteItem"]

  statements = concat(
    [
      {
        Sid      = "Logs"
        Effect   = "Allow"
        Action   = ["logs:CreateLogStream", "logs:PutLogEvents"]
        Resource = ["${aws_cloudwatch_log_group.this.arn}:log-stream:*"]
      },
      {
        Sid      = "Store"
        Effect   = "Allow"
        Action   = local.store
        Resource = [for t in values(var.program.tables) : t.arn]
      },
      {
        Sid      = "Indexes"
        Effect   = "Allow"
        Action   = ["dynamodb:Query"]
        Resource = flatten([for t in values(var.program.tables) : t.indexes])
      },
      {
        Sid      = "Delete" # nobody deletes history
        Effect   = "Allow"
        Action   = local.delete
        Resource = [for t in values(var.program.tables) : t.arn if !t.keeps]
      },
    ],
    [for arns in [values(var.publishes)] : {
      Sid      = "Publish"
      Effect   = "Allow"
      Action   = ["sns:Publish"]
      Resource = arns
    } if length(arns) > 0],
    [for arns in [[for q in aws_sqs_queue.this : q.arn]] : {
      Sid      = "Receive"
      Effect   = "Allow"
      Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
      Resource = arns
    } if length(var.subscriptions) > 0],
    [for arns in [values(var.secrets)] : {
      Sid      = "Secrets"
      Effect   = "Allow"
      Action   = ["secretsmanager:GetSecretValue"]
      Resource = arns
    } if length(arns) > 0],
  )
}

resource "aws_iam_role" "this" {
  name = local.name
  tags = var.program.tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "lambda.amazonaws.com" }
    }]
  })
}

# It may publish what it emits, read its own queues and secrets, and nothing else.
resource "aws_iam_role_policy" "this" {
  name   = "function"
  role   = aws_iam_role.this.name
  policy = jsonencode({ Version = "2012-10-17", Statement = local.statements })
}
