# Secrets without values: these are set outside of Terraform, so that no state holds them.
resource "google_secret_manager_secret" "this" {
  for_each = setunion(var.names, var.ready)

  project   = var.project
  secret_id = each.key
  labels    = var.labels

  replication {
    user_managed {
      replicas {
        location = var.region
      }
    }
  }
}

output "ids" {
  description = "The secrets, by variable."
  value       = { for name, s in google_secret_manager_secret.this : name => s.secret_id }
}
