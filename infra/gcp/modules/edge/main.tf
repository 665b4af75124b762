resource "google_cloud_run_v2_service_iam_member" "caller" {
  for_each = merge(var.callers, var.public ? { everybody = "allUsers" } : {})

  project  = var.project
  location = var.region
  name     = var.service
  role     = "roles/run.invoker"
  member   = each.value
}

output "callers" {
  description = "The members that may call it."
  value       = [for m in google_cloud_run_v2_service_iam_member.caller : m.member]
}
