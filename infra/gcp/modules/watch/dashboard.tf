locals {
  # Each is over all there are, so that it has what is added later. First is what alarms are on.
  graphs = concat(
    [["Parked", "logging.googleapis.com/user/${google_logging_metric.parked.name}", "cloud_run_revision", "ALIGN_DELTA", "metric.label.function"]],
    [
      for topics in compact([join(", ", [for event in var.alarms : "\"${event}\""])]) :
      ["Stalled, paused, incidents", "pubsub.googleapis.com/topic/send_request_count", "pubsub_topic", "ALIGN_DELTA", "resource.label.topic_id", " AND resource.label.topic_id = one_of(${topics})"]
    ],
    [
      ["Events published", "pubsub.googleapis.com/topic/send_request_count", "pubsub_topic", "ALIGN_RATE", "resource.label.topic_id"],
      ["Oldest message, seconds", "pubsub.googleapis.com/subscription/oldest_unacked_message_age", "pubsub_subscription", "ALIGN_MAX", "resource.label.subscription_id"],
      ["Messages waiting", "pubsub.googleapis.com/subscription/num_undelivered_messages", "pubsub_subscription", "ALIGN_MAX", "resource.label.subscription_id"],
      ["Dead letters", "pubsub.googleapis.com/subscription/dead_letter_message_count", "pubsub_subscription", "ALIGN_DELTA", "resource.label.subscription_id"],
      ["Answers", "run.googleapis.com/request_count", "cloud_run_revision", "ALIGN_RATE", "metric.label.response_code_class"],
      ["Latency, milliseconds", "run.googleapis.com/request_latencies", "cloud_run_revision", "ALIGN_PERCENTILE_99", "resource.label.service_name"],
      ["Documents written", "firestore.googleapis.com/document/write_ops_count", "firestore.googleapis.com/Database", "ALIGN_RATE", "metric.label.op"],
      ["Documents read", "firestore.googleapis.com/document/read_ops_count", "firestore.googleapis.com/Database", "ALIGN_RATE", "metric.label.type"],
    ],
  )
}

resource "google_monitoring_dashboard" "this" {
  project = var.project
  dashboard_json = jsonencode({
    displayName = "Onevent"
    mosaicLayout = {
      columns = 12
      tiles = [
        for i, g in local.graphs : {
          xPos   = 6 * (i % 2)
          yPos   = 4 * floor(i / 2)
          width  = 6
          height = 4
          widget = {
            title = g[0]
            xyChart = {
              dataSets = [{
                plotType = "LINE"
                timeSeriesQuery = {
                  timeSeriesFilter = {
                    filter = "metric.type = \"${g[1]}\" AND resource.type = \"${g[2]}\"${try(g[5], "")}"
                    aggregation = {
                      alignmentPeriod    = "60s"
                      perSeriesAligner   = g[3]
                      crossSeriesReducer = contains(["ALIGN_MAX", "ALIGN_PERCENTILE_99"], g[3]) ? "REDUCE_MAX" : "REDUCE_SUM"
                      groupByFields      = [g[4]]
                    }
                  }
                }
              }]
            }
          }
        }
      ]
    }
  })
}
