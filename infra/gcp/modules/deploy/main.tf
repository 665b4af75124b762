# CI shows a token that its issuer signed, and gets an hour as one of two accounts: no key is stored anywhere.
resource "google_iam_workload_identity_pool" "this" {
  project                   = var.project
  workload_identity_pool_id = "ci"
  display_name              = "CI"
}

resource "google_iam_workload_identity_pool_provider" "this" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.this.workload_identity_pool_id
  workload_identity_pool_provider_id = "ci"

  # Of all that the issuer signs for, this repository only.
  attribute_condition = "assertion.repository == '${var.repository}'"
  attribute_mapping = {
    "google.subject"       = "assertion.sub"
    "attribute.repository" = "assertion.repository"
  }

  oidc {
    issuer_uri = var.issuer
  }
}

locals {
  pool = "iam.googleapis.com/${google_iam_workload_identity_pool.this.name}"

  accounts = {
    planner  = "principalSet://${local.pool}/attribute.repository/${var.repository}"
    deployer = "principal://${local.pool}/subject/repo:${var.repository}:environment:${var.environment}"
  }
  roles = merge(
    { for r in ["roles/viewer", "roles/iam.securityReviewer"] : "planner ${r}" => { account = "planner", role = r } },
    { for r in var.roles : "deployer ${r}" => { account = "deployer", role = r } },
  )
}

resource "google_service_account" "this" {
  for_each = local.accounts

  project      = var.project
  account_id   = "ci-${each.key}"
  display_name = "CI's ${each.key}"
}

resource "google_service_account_iam_member" "ci" {
  for_each = local.accounts

  service_account_id = google_service_account.this[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = each.value
}

resource "google_project_iam_member" "this" {
  for_each = local.roles

  project = var.project
  role    = each.value.role
  member  = google_service_account.this[each.value.account].member
}

resource "google_storage_bucket_iam_member" "state" {
  for_each = { planner = "roles/storage.objectViewer", deployer = "roles/storage.objectUser" }

  bucket = var.state_bucket
  role   = each.value
  member = google_service_account.this[each.key].member
}

output "accounts" {
  description = "The service accounts of CI: planner and deployer."
  value       = { for k, a in google_service_account.this : k => a.email }
}

output "provider" {
  description = "The full name of the workload identity provider, which CI is told."
  value       = google_iam_workload_identity_pool_provider.this.name
}
