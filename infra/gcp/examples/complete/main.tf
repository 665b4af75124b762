# One environment. In a real one the state is remote: see infra/README.md.
provider "google" {
  project = var.project
  region  = var.region

  # Budgets are billed to this project's quota.
  billing_project       = var.project
  user_project_override = true
}

module "onevent" {
  source = "../.."

  project             = var.project
  region              = var.region
  image               = var.image
  description_file    = var.description_file
  packing             = var.packing
  public              = var.public
  oidc                = var.oidc
  deletion_protection = var.deletion_protection
  database            = { edition = var.edition }

  secrets      = ["HOOKS_MASTER_SECRET", "PAYMENTS_WEBHOOK_SECRET", "TILL_WEBHOOK_SECRET"]
  settings     = var.settings
  alarm_emails = ["operators@example.com"]
  budget       = var.budget
  operators    = { operators = "group:operators@example.com" }
  functions    = { charge-card = { memory_mib = 512, concurrency = 10 } }
  labels       = { application = "onevent" }
}

output "edge_url" {
  description = "Where the edge is."
  value       = module.onevent.edge_url
}

output "console_url" {
  description = "Where the console is."
  value       = module.onevent.console_url
}

output "left_out" {
  description = "The functions that are not deployed, since their secrets have no value yet."
  value       = module.onevent.left_out
}
