variable "prefix" {
  description = "Begins the names of everything."
  type        = string
  default     = "onevent"
}

variable "repository" {
  description = "The repository whose CI may deploy, as in onevent/onevent."
  type        = string
}

variable "environment" {
  description = "The deployment environment of CI that may apply."
  type        = string
}
