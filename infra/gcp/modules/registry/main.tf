resource "google_artifact_registry_repository" "this" {
  project       = var.project
  location      = var.region
  repository_id = "onevent"
  format        = "DOCKER"
  description   = "The image of all programs."
  labels        = var.labels

  docker_config {
    immutable_tags = true
  }

  # What is deployed is always among them.
  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = 20
    }
  }

  cleanup_policies {
    id     = "delete-old"
    action = "DELETE"
    condition {
      older_than = "2592000s" # 30 days
    }
  }
}

output "repository" {
  description = "Where images are pushed to."
  value       = "${var.region}-docker.pkg.dev/${var.project}/${google_artifact_registry_repository.this.repository_id}"
}
