output "service" {
  description = "The name of the Cloud Run service."
  value       = google_cloud_run_v2_service.this.name
}

output "url" {
  description = "Where it is."
  value       = google_cloud_run_v2_service.this.uri
}

output "subscriptions" {
  description = "Its subscriptions, by function and event."
  value       = { for k, s in google_pubsub_subscription.this : k => s.id }
}
