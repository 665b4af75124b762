variable "prefix" {
  description = "Begins the secrets' names."
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

variable "tags" {
  description = "Tags of the secrets."
  type        = map(string)
}
