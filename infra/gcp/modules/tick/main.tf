resource "google_cloud_scheduler_job" "this" {
  project          = var.project
  region           = var.region
  name             = "tick"
  description      = "Does what has fallen due."
  schedule         = "*/${var.seconds / 60} * * * *"
  time_zone        = "Etc/UTC"
  attempt_deadline = "${min(var.timeout_seconds + 10, 1800)}s"

  # The next tick does what this one does not.
  retry_config {
    retry_count = 0
  }

  http_target {
    http_method = "POST"
    uri         = "${var.url}/"

    oidc_token {
      service_account_email = google_service_account.invoker.email
      audience              = var.url
    }
  }

  depends_on = [google_cloud_run_v2_service_iam_member.invoker]
}

resource "google_service_account" "invoker" {
  project      = var.project
  account_id   = "in-tick"
  display_name = "Ticks"
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  project  = var.project
  location = var.region
  name     = var.service
  role     = "roles/run.invoker"
  member   = google_service_account.invoker.member
}
