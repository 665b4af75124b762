data "aws_region" "current" {}

locals {
  # Each is a search, so that it has what is added later.
  searches = [
    for g in [
      ["Events published", "Sum", "{AWS/SNS,TopicName} MetricName=\"NumberOfMessagesPublished\" \"${var.prefix}-\""],
      ["Oldest message, seconds", "Maximum", "{AWS/SQS,QueueName} MetricName=\"ApproximateAgeOfOldestMessage\" \"${var.prefix}-\""],
      ["Messages waiting", "Maximum", "{AWS/SQS,QueueName} MetricName=\"ApproximateNumberOfMessagesVisible\" \"${var.prefix}-\""],
      ["Dead letters", "Maximum", "{AWS/SQS,QueueName} MetricName=\"ApproximateNumberOfMessagesVisible\" \"${var.prefix}-\" \"-dead\""],
      ["Errors of programs", "Sum", "{AWS/Lambda,FunctionName} MetricName=\"Errors\" \"${var.prefix}-\""],
      ["Duration, milliseconds", "p99", "{AWS/Lambda,FunctionName} MetricName=\"Duration\" \"${var.prefix}-\""],
      ["Units written", "Sum", "{AWS/DynamoDB,TableName} MetricName=\"ConsumedWriteCapacityUnits\" \"${var.prefix}-\""],
      ["Units read", "Sum", "{AWS/DynamoDB,TableName} MetricName=\"ConsumedReadCapacityUnits\" \"${var.prefix}-\""],
    ] : { title = g[0], metrics = [[{ expression = "SEARCH('${g[2]}', '${g[1]}', 60)", id = "e1" }]] }
  ]

  # What alarms are on.
  graphs = concat(
    [{
      title   = "Parked"
      metrics = [[aws_cloudwatch_metric_alarm.parked.namespace, aws_cloudwatch_metric_alarm.parked.metric_name, { stat = "Sum" }]]
    }],
    [for topics in [values(var.alarms)] : {
      title   = "Stalled, paused, incidents"
      metrics = [for name in topics : ["AWS/SNS", "NumberOfMessagesPublished", "TopicName", name, { stat = "Sum" }]]
    } if length(topics) > 0],
    local.searches,
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = var.prefix
  dashboard_body = jsonencode({
    widgets = [
      for i, g in local.graphs : {
        type   = "metric"
        x      = 12 * (i % 2)
        y      = 6 * floor(i / 2)
        width  = 12
        height = 6
        properties = {
          title   = g.title
          region  = data.aws_region.current.name
          view    = "timeSeries"
          period  = 60
          metrics = g.metrics
        }
      }
    ]
  })
}
