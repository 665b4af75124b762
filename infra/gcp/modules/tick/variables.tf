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

variable "url" {
  description = "Where it is."
  type        = string
}

variable "seconds" {
  description = "How far apart two ticks are, in whole minutes."
  type        = number

  validation {
    condition     = var.seconds >= 60 && var.seconds % 60 == 0 && var.seconds <= 3540
    error_message = "A schedule knows whole minutes of an hour."
  }
}

variable "timeout_seconds" {
  description = "How long a tick may take."
  type        = number
}
