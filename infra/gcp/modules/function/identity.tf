locals {
  # The id of an account has 6 to 30 characters: of a longer name it is the beginning and a hash.
  ids = {
    for kind, names in { fn = [var.name], in = keys(var.subscriptions) } : kind => {
      for n in names : n => length("${kind}-${n}") <= 30 ? "${kind}-${n}" : "${kind}-${substr(n, 0, 18)}-${substr(sha256(n), 0, 8)}"
    }
  }
}

# It may use the database, publish what it emits and read its own secrets, and nothing else.
resource "google_service_account" "this" {
  project      = var.program.project
  account_id   = local.ids.fn[var.name]
  display_name = "The function ${var.name}"
}

resource "google_project_iam_member" "store" {
  project = var.program.project
  role    = "roles/datastore.user"
  member  = google_service_account.this.member

  condition {
    title      = "database"
    expression = "resource.name == \"projects/${var.program.project}/databases/${var.program.database}\""
  }
}

resource "google_pubsub_topic_iam_member" "publisher" {
  for_each = var.publishes

  project = var.program.project
  topic   = each.value
  role    = "roles/pubsub.publisher"
  member  = google_service_account.this.member
}

resource "google_secret_manager_secret_iam_member" "reader" {
  for_each = var.secrets

  project   = var.program.project
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.this.member
}
