variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "Where the secrets are kept: nowhere else."
  type        = string
}

variable "names" {
  description = "The environment variables that the secrets are for."
  type        = set(string)
}

variable "ready" {
  description = "Those that have a value, and with _OLD the ones before them."
  type        = set(string)
}

variable "labels" {
  description = "Labels of the secrets."
  type        = map(string)
}
