# What must be there before the first deployment: the bucket of the state, and who deploys. A person applies it, once.
resource "google_project_service" "this" {
  for_each = toset(["cloudresourcemanager.googleapis.com", "iam.googleapis.com", "iamcredentials.googleapis.com", "serviceusage.googleapis.com", "storage.googleapis.com", "sts.googleapis.com"])

  project            = var.project
  service            = each.key
  disable_on_destroy = false
}

resource "google_storage_bucket" "state" {
  project                     = var.project
  name                        = "${var.project}-terraform"
  location                    = var.region
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"

  versioning {
    enabled = true
  }

  lifecycle_rule {
    condition {
      num_newer_versions = 50
    }
    action {
      type = "Delete"
    }
  }

  lifecycle {
    prevent_destroy = true
  }
}

module "deploy" {
  source = "../modules/deploy"

  project      = var.project
  repository   = var.repository
  environment  = var.environment
  state_bucket = google_storage_bucket.state.name

  depends_on = [google_project_service.this]
}

output "state_bucket" {
  description = "The bucket of the state."
  value       = google_storage_bucket.state.name
}

output "ci" {
  description = "What CI is told: the provider, and the accounts."
  value       = { provider = module.deploy.provider, accounts = module.deploy.accounts }
}
