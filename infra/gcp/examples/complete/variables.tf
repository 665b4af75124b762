variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
  default     = "europe-west3"
}

variable "image" {
  description = "The container image of all programs, by its digest."
  type        = string
}

variable "edition" {
  description = "Firestore's edition: STANDARD or ENTERPRISE."
  type        = string
  default     = "STANDARD"
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
  description = "Whether the database refuses to be deleted."
  type        = bool
  default     = true
}

variable "budget" {
  description = "What a month may cost."
  type        = object({ billing_account = string, currency = optional(string, "USD"), monthly = number })
  default     = { billing_account = "000000-000000-000000", monthly = 100 }
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
