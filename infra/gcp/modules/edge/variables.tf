variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "service" {
  description = "The name of the Cloud Run service."
  type        = string
}

variable "public" {
  description = "Whether everybody may call it."
  type        = bool
  default     = false
}

variable "callers" {
  description = "The members that may call it, by a name for each."
  type        = map(string)

  validation {
    condition     = !anytrue([for m in values(var.callers) : contains(["allUsers", "allAuthenticatedUsers"], m)])
    error_message = "Everybody is no caller: say public."
  }
}
