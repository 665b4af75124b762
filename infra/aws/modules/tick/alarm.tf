# Who watches does so in the tick, and the alarms of events need it.
resource "aws_cloudwatch_metric_alarm" "missing" {
  alarm_name          = "${var.prefix}-tick-missing"
  alarm_description   = "Nothing has ticked for ten minutes: what falls due is not done, and what stalls is not found."
  namespace           = "AWS/Lambda"
  metric_name         = "Invocations"
  dimensions          = { FunctionName = var.function_name }
  statistic           = "Sum"
  period              = 300
  evaluation_periods  = 2
  threshold           = 1
  comparison_operator = "LessThanThreshold"
  treat_missing_data  = "breaching"
  alarm_actions       = [var.alarm_topic]
  ok_actions          = [var.alarm_topic]
  tags                = var.tags

  depends_on = [aws_scheduler_schedule.this]
}
