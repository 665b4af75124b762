output "edge_url" {
  description = "Where the edge is."
  value       = module.program["edge"].url

  precondition {
    condition     = !var.public || var.oidc != null
    error_message = "An edge that everybody may call needs oidc, or everybody may do everything."
  }
}

output "console_url" {
  description = "Where the console is."
  value       = module.program["console"].url
}

output "topics" {
  description = "The topics, by event."
  value       = module.topics.ids
}

output "subscriptions" {
  description = "The subscriptions, by function and event, as in reserve-credit/order.created."
  value       = merge([for m in module.function : m.subscriptions]...)
}

output "registry" {
  description = "Where images are pushed to."
  value       = module.registry.repository
}

output "secrets" {
  description = "The secrets, by the variable that they are for. Their values are set outside of Terraform, so that no state holds them."
  value       = module.secrets.ids
}

output "left_out" {
  description = "The functions that are not deployed, since their secrets have no value yet."
  value       = sort(tolist(setsubtract(keys(local.described.functions), keys(local.functions))))
}
