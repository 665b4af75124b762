# Without a subscription, dead letters would be lost at once.
resource "google_pubsub_subscription" "this" {
  project                    = var.project
  name                       = "dead-letters~dead-letters"
  topic                      = var.topic
  ack_deadline_seconds       = var.ack_seconds
  message_retention_duration = "2678400s" # 31 days, the longest that there is
  labels                     = var.labels

  expiration_policy {
    ttl = ""
  }

  retry_policy {
    minimum_backoff = "${var.limits.min_backoff_seconds}s"
    maximum_backoff = "${var.limits.max_backoff_seconds}s"
  }

  push_config {
    push_endpoint = var.url

    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = var.url
    }

    no_wrapper {
      write_metadata = true
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}

resource "google_service_account" "invoker" {
  project      = var.project
  account_id   = "in-dead-letters"
  display_name = "Pushes dead letters"
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  project  = var.project
  location = var.region
  name     = var.service
  role     = "roles/run.invoker"
  member   = google_service_account.invoker.member
}

# Pub/Sub itself puts them there.
resource "google_pubsub_topic_iam_member" "agent" {
  project = var.project
  topic   = var.topic
  role    = "roles/pubsub.publisher"
  member  = var.limits.agent
}

output "subscription" {
  description = "The name of the subscription."
  value       = google_pubsub_subscription.this.name
}
