variable "region" {
  description = "The AWS region."
  type        = string
  default     = "eu-central-1"
}

variable "prefix" {
  description = "Begins the names of everything."
  type        = string
  default     = "onevent"
}

variable "archive" {
  description = "Path of the zip archive whose bootstrap is the host program for arm64."
  type        = string
}

variable "description_file" {
  description = "What the application needs; the default is infra/functions.json."
  type        = string
  default     = null
}

variable "packing" {
  description = "function or service."
  type        = string
  default     = "function"
}

variable "oidc" {
  description = "Whose tokens the edge takes."
  type = object({
    issuer   = string
    audience = string
    roles    = optional(string)
  })
  default = null
}

variable "public" {
  description = "Whether everybody may call the edge."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted."
  type        = bool
  default     = true
}

variable "budget" {
  description = "What a month may cost, in USD, and who is told."
  type        = object({ monthly_usd = number, emails = set(string) })
  default     = { monthly_usd = 100, emails = ["operators@example.com"] }
}

variable "settings" {
  description = "Environment variables that are no secrets."
  type        = map(string)
  default = {
    RESTAURANT_URL = "https://restaurants.example.com"
    PAYMENTS_URL   = "https://payments.example.com"
    PUBLIC_URL     = "https://orders.example.com"
  }
}
