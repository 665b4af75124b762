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
      dead-letters-wait = {
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

# A program says so in its log when it gives a handling up. The alarm is on the line itself: one on the metric
# below could not be made for some minutes after the metric was.
locals {
  parked = "resource.type = \"cloud_run_revision\" AND jsonPayload.message = \"parked\" AND severity = \"ERROR\""
}

resource "google_monitoring_alert_policy" "parked" {
  project               = var.project
  display_name          = "Onevent: Events are parked"
  combiner              = "OR"
  notification_channels = [for c in google_monitoring_notification_channel.email : c.id]
  user_labels           = merge(var.labels, { alarm = "parked" })

  documentation {
    content = "A function gave an event up: `onevent parked` has it, with its error and its history."
  }

  conditions {
    display_name = "Events are parked"

    condition_matched_log {
      filter           = local.parked
      label_extractors = { function = "EXTRACT(jsonPayload.function)" }
    }
  }

  alert_strategy {
    auto_close = "3600s"

    notification_rate_limit {
      period = "300s"
    }
  }
}

resource "google_logging_metric" "parked" {
  project          = var.project
  name             = "onevent-parked"
  description      = "Events that were given up."
  filter           = local.parked
  label_extractors = { function = "EXTRACT(jsonPayload.function)" }

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"

    labels {
      key         = "function"
      description = "Who gave them up."
    }
  }
}

# Who watches does so in the tick, and the alarms of events need it.
resource "google_monitoring_alert_policy" "tick" {
  project               = var.project
  display_name          = "Onevent: Nothing ticks"
  combiner              = "OR"
  notification_channels = [for c in google_monitoring_notification_channel.email : c.id]
  user_labels           = merge(var.labels, { alarm = "tick" })

  documentation {
    content = "No tick has succeeded for ten minutes: what falls due is not done, and what stalls is not found."
  }

  conditions {
    display_name = "Nothing ticks"

    condition_absent {
      filter   = "${local.service} AND resource.label.service_name = \"${var.tick}\" AND metric.type = \"run.googleapis.com/request_count\" AND metric.label.response_code_class = \"2xx\""
      duration = "600s"

      aggregations {
        alignment_period     = "60s"
        per_series_aligner   = "ALIGN_RATE"
        cross_series_reducer = "REDUCE_SUM" # revisions come and go
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
