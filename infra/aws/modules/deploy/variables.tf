variable "prefix" {
  description = "Begins the names of everything that is deployed."
  type        = string
}

variable "issuer" {
  description = "Who signs the tokens of CI, without https://."
  type        = string
  default     = "token.actions.githubusercontent.com"

  validation {
    condition     = !startswith(var.issuer, "http")
    error_message = "The issuer is given without https://."
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
  description = "The deployment environment of CI that may apply, as in production. Pull requests may only plan."
  type        = string
}

variable "state_bucket" {
  description = "ARN of the bucket that holds the state."
  type        = string
}
