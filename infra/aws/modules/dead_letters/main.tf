# Without a reader, dead letters would be lost after 14 days.
resource "aws_lambda_event_source_mapping" "this" {
  for_each = var.queues

  event_source_arn        = each.value
  function_name           = var.function
  batch_size              = var.batch_size
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.tags

  depends_on = [aws_iam_role_policy.this]
}

resource "aws_iam_role_policy" "this" {
  name = "dead-letters"
  role = var.role
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Receive"
      Effect   = "Allow"
      Action   = ["sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:GetQueueUrl", "sqs:ReceiveMessage"]
      Resource = values(var.queues)
    }]
  })
}
