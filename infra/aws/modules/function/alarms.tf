resource "aws_cloudwatch_metric_alarm" "oldest" {
  for_each = var.subscriptions

  alarm_name          = "${var.program.prefix}-${each.key}-oldest"
  alarm_description   = "${each.key} does not keep up, or fails: its oldest message waits."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateAgeOfOldestMessage"
  dimensions          = { QueueName = aws_sqs_queue.this[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 3
  threshold           = var.batch.oldest_seconds
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.program.alarm_topic]
  ok_actions          = [var.program.alarm_topic]
  tags                = var.program.tags
}

# The program of the dead letters takes them at once, so one that stays is one that it can't park.
resource "aws_cloudwatch_metric_alarm" "dead" {
  for_each = var.subscriptions

  alarm_name          = "${var.program.prefix}-${each.key}-dead"
  alarm_description   = "A message for ${each.key} became a dead letter."
  namespace           = "AWS/SQS"
  metric_name         = "ApproximateNumberOfMessagesVisible"
  dimensions          = { QueueName = aws_sqs_queue.dead[each.key].name }
  statistic           = "Maximum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.program.alarm_topic]
  ok_actions          = [var.program.alarm_topic]
  tags                = var.program.tags
}

resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.name}-errors"
  alarm_description   = "Invocations of ${var.name} end in an error: it panics, runs out of time or memory, or does not start."
  namespace           = "AWS/Lambda"
  metric_name         = "Errors"
  dimensions          = { FunctionName = aws_lambda_function.this.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 3
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.program.alarm_topic]
  ok_actions          = [var.program.alarm_topic]
  tags                = var.program.tags
}

# The program says so in its log when it gives a handling up; watch has the alarm.
resource "aws_cloudwatch_log_metric_filter" "parked" {
  name           = "parked"
  log_group_name = aws_cloudwatch_log_group.this.name
  pattern        = "{ ($.message = \"parked\") && ($.severity = \"ERROR\") }"

  metric_transformation {
    namespace = var.program.prefix
    name      = "Parked"
    value     = "1"
  }
}
