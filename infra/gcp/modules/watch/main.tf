resource "google_monitoring_notification_channel" "email" {
  for_each = var.emails

  project      = var.project
  display_name = each.key
  type         = "email"
  labels       = { email_address = each.key }
}

locals {
  subscription = "resource.type = \"pubsub_subscription\""
  service      = "resource.type = \"cloud_run_revision\""

  # Each is over all subscriptions, topics or services there are, so that it has what is added later.
  policies = merge(
    {
      oldest-unacked = {
        title   = "Messages wait"
        text    = "A function does not keep up, or fails: its oldest message waits."
        filter  = "${local.subscription} AND metric.type = \"pubsub.googleapis.com/subscription/oldest_unacked_message_age\""
        aligner = "ALIGN_MAX"
        group   = ["resource.label.subscription_id"]
        above   = var.oldest_seconds
        seconds = 180
      }
      dead-letters = {
        title   = "Messages become dead letters"
        text    = "A message was delivered in vain as often as it may be. It is parked, and handled again."
        filter  = "${local.subscription} AND metric.type = \"pubsub.googleapis.com/subscription/dead_letter_message_count\""
        aligner = "ALIGN_DELTA"
        group   = ["resource.label.subscription_id"]
        above   = 0
        seconds = 0
      }
      parked = {
        title   = "Dead letters are not parked"
        text    = "The program of the dead letters does not take them."
        filter  = "${local.subscription} AND resource.label.subscription_id = \"${var.dead_letters}\" AND metric.type = \"pubsub.googleapis.com/subscription/num_undelivered_messages\""
        aligner = "ALIGN_MAX"
        group   = []
        above   = 0
        seconds = 300
      }
      errors = {
        title   = "Programs answer with errors"
        text    = "More than one answer a minute is a 5xx: messages are given back, and come again."
        filter  = "${local.service} AND metric.type = \"run.googleapis.com/request_count\" AND metric.label.response_code_class = \"5xx\""
        aligner = "ALIGN_RATE"
        group   = ["resource.label.service_name"]
        above   = 1 / 60
        seconds = 300
      }
    },
    # The system watches itself, and tells what it finds by events.
    {
      for event in var.alarms : replace(event, "/[._]/", "-") => {
        title   = event
        text    = "${event} was recorded: the view of incidents has the details."
        filter  = "resource.type = \"pubsub_topic\" AND resource.label.topic_id = \"${event}\" AND metric.type = \"pubsub.googleapis.com/topic/send_request_count\""
        aligner = "ALIGN_DELTA"
        group   = []
        above   = 0
        seconds = 0
      }
    },
  )
}

resource "google_monitoring_alert_policy" "this" {
  for_each = local.policies

  project               = var.project
  display_name          = "Onevent: ${each.value.title}"
  combiner              = "OR"
  notification_channels = [for c in google_monitoring_notification_channel.email : c.id]
  user_labels           = merge(var.labels, { alarm = each.key })

  documentation {
    content = each.value.text
  }

  conditions {
    display_name = each.value.title

    condition_threshold {
      filter          = each.value.filter
      comparison      = "COMPARISON_GT"
      threshold_value = each.value.above
      duration        = "${each.value.seconds}s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = each.value.aligner
        cross_series_reducer = length(each.value.group) > 0 ? "REDUCE_MAX" : null
        group_by_fields      = each.value.group
      }
    }
  }
}

resource "google_project_iam_audit_config" "this" {
  for_each = var.audit_logs

  project = var.project
  service = each.key

  dynamic "audit_log_config" {
    for_each = each.value
    content {
      log_type = audit_log_config.value
    }
  }
}
