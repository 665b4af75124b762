# An answer with an error is no error of the invocation.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${var.function}-5xx"
  alarm_description   = "Requests are answered with 5xx, minute after minute."
  namespace           = "AWS/Lambda"
  metric_name         = "Url5xxCount"
  dimensions          = { FunctionName = var.function }
  statistic           = "Sum"
  period              = 60
  evaluation_periods  = 5
  threshold           = 1
  comparison_operator = "GreaterThanThreshold"
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.alarm_topic]
  ok_actions          = [var.alarm_topic]
  tags                = var.tags
}
