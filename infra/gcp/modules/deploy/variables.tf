variable "project" {
  description = "The project."
  type        = string
}

variable "issuer" {
  description = "Who signs the tokens of CI."
  type        = string
  default     = "https://token.actions.githubusercontent.com"

  validation {
    condition     = startswith(var.issuer, "https://")
    error_message = "The issuer is an https URL."
  }
}

variable "repository" {
  description = "The repository whose CI may deploy, as in onevent/onevent."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$", var.repository))
    error_message = "The repository is owner/name."
  }
}

variable "environment" {
  description = "The deployment environment of CI that may apply, as in production. Whatever else the repository runs may only plan."
  type        = string
}

variable "state_bucket" {
  description = "The bucket that holds the state."
  type        = string
}

variable "roles" {
  description = "What applying needs in the project."
  type        = set(string)
  default = [
    "roles/artifactregistry.admin",
    "roles/cloudscheduler.admin",
    "roles/datastore.owner",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/monitoring.admin",
    "roles/pubsub.admin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/run.admin",
    "roles/secretmanager.admin",
    "roles/serviceusage.serviceUsageAdmin",
  ]

  validation {
    condition     = length(setintersection(var.roles, ["roles/owner", "roles/editor"])) == 0
    error_message = "Owner and editor are too much."
  }
}
