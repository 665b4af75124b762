output "edge_url" {
  description = "Where the edge is."
  value       = module.edge.url

  precondition {
    condition     = !var.public || var.oidc != null
    error_message = "An edge that everybody may call needs oidc, or everybody may do everything."
  }
}

output "console_url" {
  description = "Where the console is."
  value       = module.console.url
}

output "topics" {
  description = "ARNs of the topics, by event."
  value       = module.topics.arns
}

output "tables" {
  description = "The tables' names, by what they hold."
  value       = { for k, t in module.store.tables : k => t.name }
}

output "queues" {
  description = "URLs of the queues, by function."
  value       = merge([for m in module.function : m.queues]...)
}

output "dead_letters" {
  description = "ARNs of the queues of dead letters, by function."
  value       = merge([for m in module.function : m.dead_letters]...)
}

output "secrets" {
  description = "ARNs of the secrets, by the variable that they are for. Their values are set outside of Terraform, so that no state holds them."
  value       = module.secrets.arns
}

output "left_out" {
  description = "The functions that are not deployed, since their secrets have no value yet."
  value       = sort(tolist(setsubtract(keys(local.described.functions), keys(local.functions))))
}
