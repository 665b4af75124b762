variable "project" {
  description = "The project. One installation has one of its own: topics and functions are named in it without a prefix."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "The id of a project is 6 to 30 of [a-z0-9-]."
  }
}

variable "region" {
  description = "Where functions run and messages are kept, as in europe-west3."
  type        = string
}

variable "image" {
  description = "The container image of all programs, by its digest."
  type        = string

  validation {
    condition     = can(regex("@sha256:[0-9a-f]{64}$", var.image))
    error_message = "The image ends with @sha256: and its digest: a tag may be another image tomorrow."
  }
}

variable "description_file" {
  description = "What the application needs, as onevent infra write wrote it; the default is infra/functions.json."
  type        = string
  default     = null
}

variable "packing" {
  description = "function: one deployment for each function, the best isolation. service: one for all functions of a package, which starts cold less often and needs fewer service accounts."
  type        = string
  default     = "function"

  validation {
    condition     = contains(["function", "service"], var.packing)
    error_message = "The packing is function or service."
  }
}

variable "secrets" {
  description = "Names of the secrets that have a value; NAME_OLD is the one before NAME while it is replaced. A function whose secrets are not all here is not deployed."
  type        = set(string)
  default     = []

  validation {
    condition     = alltrue([for s in var.secrets : can(regex("^[A-Z][A-Z0-9_]*$", s))])
    error_message = "The name of a secret is that of an environment variable."
  }
}

variable "settings" {
  description = "Environment variables that are no secrets, by name. Each program gets those that it asks for."
  type        = map(string)
  default     = {}
}

variable "functions" {
  description = "What is to differ from functions.json, by the name of a function. Concurrency is the most instances at once; 0 means max_instances."
  type = map(object({
    memory_mib      = optional(number)
    timeout_seconds = optional(number)
    concurrency     = optional(number, 0)
  }))
  default = {}

  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.memory_mib, 128) >= 128 && coalesce(f.memory_mib, 128) <= 4096])
    error_message = "With one CPU, Cloud Run has 128 to 4,096 MiB."
  }
  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.timeout_seconds, 1) >= 1 && coalesce(f.timeout_seconds, 1) <= 590])
    error_message = "Pub/Sub waits 600 seconds at most, of which 10 are for the way."
  }
}

variable "requests_per_instance" {
  description = "How many messages, or requests, one instance handles at once."
  type        = number
  default     = 80

  validation {
    condition     = var.requests_per_instance >= 1 && var.requests_per_instance <= 1000
    error_message = "Cloud Run has 1 to 1,000 requests in an instance."
  }
}

variable "max_instances" {
  description = "How many instances of one program there are at most."
  type        = number
  default     = 20
}

variable "oidc" {
  description = "Whose tokens the edge takes: the issuer's address, the audience that they must be for, and the claim with the roles (default: roles). Without it, whoever is let in may do everything."
  type = object({
    issuer   = string
    audience = string
    roles    = optional(string)
  })
  default = null
}

variable "public" {
  description = "Whether everybody may call the edge, which needs oidc then: the edge asks for tokens itself. Otherwise only callers may."
  type        = bool
  default     = false
}

variable "callers" {
  description = "The members that may call the edge, as in serviceAccount:shop@example.iam.gserviceaccount.com, by a name for each."
  type        = map(string)
  default     = {}
}

variable "operators" {
  description = "The members that may call the console, as in group:operators@example.com, by a name for each."
  type        = map(string)
  default     = {}
}

variable "database" {
  description = "Firestore's database."
  type = object({
    name     = optional(string, "(default)")
    location = optional(string)
    edition  = optional(string, "STANDARD")
  })
  default = {}

  validation {
    condition     = contains(["STANDARD", "ENTERPRISE"], var.database.edition)
    error_message = "The edition is STANDARD or ENTERPRISE."
  }
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
  default     = true
}

variable "backup_days" {
  description = "For how long daily backups are kept; 0 means that there are none."
  type        = number
  default     = 14

  validation {
    condition     = var.backup_days >= 0 && var.backup_days <= 98
    error_message = "Firestore keeps backups for up to 98 days."
  }
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = set(string)
  default     = []
}

variable "oldest_seconds" {
  description = "How old the oldest message of a subscription may be before that is an alarm."
  type        = number
  default     = 900

  validation {
    condition     = var.oldest_seconds >= 60
    error_message = "It is looked at once a minute."
  }
}

variable "budget" {
  description = "What a month may cost, in the currency of the billing account. Who gets alarms is told at 80 % and when more is forecast."
  type = object({
    billing_account = string
    currency        = optional(string, "USD")
    monthly         = number
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly >= 1 && floor(var.budget.monthly) == var.budget.monthly, false)
    error_message = "A budget is a whole number from 1."
  }
}

variable "audit_logs" {
  description = "Which kinds of access are logged, by API. Reads and writes of Firestore are many, and billed."
  type        = map(set(string))
  default = {
    "secretmanager.googleapis.com" = ["DATA_READ", "DATA_WRITE"]
    "iam.googleapis.com"           = ["ADMIN_READ", "DATA_READ"]
  }

  validation {
    condition     = alltrue(flatten([for kinds in values(var.audit_logs) : [for k in kinds : contains(["ADMIN_READ", "DATA_READ", "DATA_WRITE"], k)]]))
    error_message = "The kinds are ADMIN_READ, DATA_READ and DATA_WRITE."
  }
}

variable "labels" {
  description = "Labels of everything that has labels."
  type        = map(string)
  default     = {}
}
