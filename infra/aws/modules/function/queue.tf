locals {
  # Every topic of every queue, by "function/event".
  taken = merge([
    for name, s in var.subscriptions : { for event, arn in s.topics : "${name}/${event}" => { queue = name, topic = arn } }
  ]...)

  retention = 14 * 24 * 3600 # the longest that there is
}

resource "aws_sqs_queue" "this" {
  for_each = var.subscriptions

  name                       = "${var.program.prefix}-${each.key}"
  visibility_timeout_seconds = each.value.visibility_seconds
  message_retention_seconds  = local.retention
  receive_wait_time_seconds  = 20
  sqs_managed_sse_enabled    = true
  tags                       = var.program.tags

  # It has a resource of its own, which knows one text of a policy from another.
  lifecycle {
    ignore_changes = [redrive_policy]
  }
}

resource "aws_sqs_queue_redrive_policy" "this" {
  for_each = var.subscriptions

  queue_url = aws_sqs_queue.this[each.key].url
  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = var.batch.deliveries
  })
}

resource "aws_sqs_queue" "dead" {
  for_each = var.subscriptions

  name                       = "${var.program.prefix}-${each.key}-dead"
  visibility_timeout_seconds = 180
  message_retention_seconds  = local.retention
  sqs_managed_sse_enabled    = true
  tags                       = var.program.tags
}

# Only its topics may send.
resource "aws_sqs_queue_policy" "this" {
  for_each = var.subscriptions

  queue_url = aws_sqs_queue.this[each.key].url
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid       = "Topics"
      Effect    = "Allow"
      Action    = "sqs:SendMessage"
      Principal = { Service = "sns.amazonaws.com" }
      Resource  = aws_sqs_queue.this[each.key].arn
      Condition = { ArnEquals = { "aws:SourceArn" = values(each.value.topics) } }
    }]
  })

  # One after the other: who sets two attributes of a queue at once may lose one.
  depends_on = [aws_sqs_queue_redrive_policy.this]
}

resource "aws_sns_topic_subscription" "this" {
  for_each = local.taken

  topic_arn            = each.value.topic
  protocol             = "sqs"
  endpoint             = aws_sqs_queue.this[each.value.queue].arn
  raw_message_delivery = true

  depends_on = [aws_sqs_queue_policy.this]
}

resource "aws_lambda_event_source_mapping" "this" {
  for_each = var.subscriptions

  event_source_arn        = aws_sqs_queue.this[each.key].arn
  function_name           = aws_lambda_function.this.arn
  batch_size              = var.batch.size
  function_response_types = ["ReportBatchItemFailures"]
  tags                    = var.program.tags

  dynamic "scaling_config" {
    for_each = each.value.concurrency > 0 ? [each.value.concurrency] : []
    content {
      maximum_concurrency = scaling_config.value
    }
  }
}
