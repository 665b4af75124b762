resource "google_firestore_database" "this" {
  project                           = var.project
  name                              = var.database.name
  location_id                       = var.database.location
  type                              = "FIRESTORE_NATIVE"
  database_edition                  = var.database.edition
  concurrency_mode                  = "OPTIMISTIC" # every commit says on what it was decided
  point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"
  delete_protection_state           = var.deletion_protection ? "DELETE_PROTECTION_ENABLED" : "DELETE_PROTECTION_DISABLED"
  deletion_policy                   = "DELETE"
}

resource "google_firestore_backup_schedule" "daily" {
  count = var.backup_days > 0 ? 1 : 0

  project   = var.project
  database  = google_firestore_database.this.name
  retention = "${var.backup_days * 24 * 3600}s"

  daily_recurrence {}
}

locals {
  composite = { for i in var.indexes : "${i.collection}/${join(",", i.fields)}" => i }
  single = {
    for f in var.selected : "${f.collection}/${f.path}" => { collection = f.collection, fields = [f.path] }
    if var.database.edition == "ENTERPRISE"
  }
}

# Without these, Firestore refuses queries, or reads whole collections. The emulator asks for none.
resource "google_firestore_index" "this" {
  for_each = merge(local.composite, local.single)

  project    = var.project
  database   = google_firestore_database.this.name
  collection = each.value.collection

  dynamic "fields" {
    for_each = each.value.fields
    content {
      field_path = fields.value
      order      = "ASCENDING"
    }
  }
}

# An index on what only rises bears 500 writes a second, and each costs storage.
resource "google_firestore_field" "unindexed" {
  for_each = { for f in var.unindexed : "${f.collection}/${f.path}" => f if var.database.edition == "STANDARD" }

  project    = var.project
  database   = google_firestore_database.this.name
  collection = each.value.collection
  field      = each.value.path

  index_config {}
}

output "database" {
  description = "The database's name."
  value       = google_firestore_database.this.name
}

output "indexes" {
  description = "How many indexes are declared."
  value       = length(google_firestore_index.this)
}

output "unindexed" {
  description = "How many fields have no index of their own."
  value       = length(google_firestore_field.unindexed)
}
