# CloudWatch can't publish to a topic under the key of SNS; what it publishes is the names of alarms.
resource "aws_sns_topic" "alarms" {
  name = "${var.prefix}-alarms"
  tags = var.tags
}

resource "aws_sns_topic_subscription" "email" {
  for_each = var.emails

  topic_arn = aws_sns_topic.alarms.arn
  protocol  = "email"
  endpoint  = each.key
}

# The system watches itself, and tells what it finds by events.
resource "aws_cloudwatch_metric_alarm" "event" {
  for_each = var.alarms

  alarm_name          = "${var.prefix}-${replace(each.key, ".", "-")}"
  alarm_description   = "${each.key} was recorded: the view of incidents has the details."
  namespace           = "AWS/SNS"
  metric_name         = "NumberOfMessagesPublished"
  dimensions          = { TopicName = each.value }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}

# What a program gives up is not lost, but nobody works on it: it waits for a person, or for the next version.
resource "aws_cloudwatch_metric_alarm" "parked" {
  alarm_name          = "${var.prefix}-parked"
  alarm_description   = "A function gave an event up: `onevent parked` has it, with its error and its history."
  namespace           = var.prefix
  metric_name         = "Parked"
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 1
  threshold           = 0
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [aws_sns_topic.alarms.arn]
  tags                = var.tags
}

resource "aws_budgets_budget" "this" {
  count = var.budget == null ? 0 : 1

  name         = var.prefix
  budget_type  = "COST"
  time_unit    = "MONTHLY"
  limit_unit   = "USD"
  limit_amount = format("%.1f", var.budget.monthly_usd)

  dynamic "notification" {
    for_each = { ACTUAL = 80, FORECASTED = 100 }
    content {
      notification_type          = notification.key
      threshold                  = notification.value
      threshold_type             = "PERCENTAGE"
      comparison_operator        = "GREATER_THAN"
      subscriber_email_addresses = var.budget.emails
    }
  }
}

output "alarm_topic" {
  description = "The ARN of the topic to which alarms go."
  value       = aws_sns_topic.alarms.arn
}
