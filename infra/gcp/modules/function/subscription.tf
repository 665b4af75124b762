locals {
  # Every topic of every function, by "function/event".
  taken = merge([
    for name, s in var.subscriptions : {
      for event, topic in s.topics : "${name}/${event}" => { function = name, event = event, topic = topic, ack_seconds = s.ack_seconds }
    }
  ]...)
}

# Who pushes: one account for each function's messages, which may call this service and nothing else.
resource "google_service_account" "invoker" {
  for_each = var.subscriptions

  project      = var.program.project
  account_id   = local.ids.in[each.key]
  display_name = "Pushes the messages of ${each.key}"
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = var.subscriptions

  project  = var.program.project
  location = var.program.region
  name     = google_cloud_run_v2_service.this.name
  role     = "roles/run.invoker"
  member   = google_service_account.invoker[each.key].member
}

resource "google_pubsub_subscription" "this" {
  for_each = local.taken

  project                    = var.program.project
  name                       = "${each.value.function}~${each.value.event}"
  topic                      = each.value.topic
  ack_deadline_seconds       = each.value.ack_seconds
  message_retention_duration = "604800s" # 7 days
  labels                     = var.program.labels

  # Without it, a subscription that nobody used for 31 days would be gone.
  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "${var.push.min_backoff_seconds}s"
    maximum_backoff = "${var.push.max_backoff_seconds}s"
  }

  dead_letter_policy {
    dead_letter_topic     = var.push.dead_letters
    max_delivery_attempts = var.push.deliveries
  }

  # Without a wrapper and with metadata, a push is a CloudEvent.
  push_config {
    push_endpoint = var.target == "" ? "${google_cloud_run_v2_service.this.uri}/${each.value.function}" : google_cloud_run_v2_service.this.uri

    oidc_token {
      service_account_email = google_service_account.invoker[each.value.function].email
      audience              = google_cloud_run_v2_service.this.uri
    }

    no_wrapper {
      write_metadata = true
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}

# To move a message to the dead letters, Pub/Sub takes it from the subscription like anybody else.
resource "google_pubsub_subscription_iam_member" "agent" {
  for_each = local.taken

  project      = var.program.project
  subscription = google_pubsub_subscription.this[each.key].name
  role         = "roles/pubsub.subscriber"
  member       = var.push.agent
}
