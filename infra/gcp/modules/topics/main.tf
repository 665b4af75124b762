# One topic for each event: what nobody wants is not delivered, and each has its own publishers.
resource "google_pubsub_topic" "event" {
  for_each = var.events

  project = var.project
  name    = each.key
  labels  = var.labels

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

# Where Pub/Sub moves what no function takes, of all subscriptions.
resource "google_pubsub_topic" "dead_letters" {
  project = var.project
  name    = "dead-letters"
  labels  = var.labels

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }
}

output "ids" {
  description = "The topics, by event."
  value       = { for event, t in google_pubsub_topic.event : event => t.id }
}

output "dead_letters" {
  description = "The topic of dead letters."
  value       = google_pubsub_topic.dead_letters.id
}
