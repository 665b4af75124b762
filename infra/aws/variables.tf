variable "prefix" {
  description = "Begins the names of everything, so that several installations can share an account."
  type        = string
  default     = "onevent"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,19}$", var.prefix))
    error_message = "The prefix is a letter and 1 to 19 of [a-z0-9-]."
  }
}

variable "archive" {
  description = "Path of the zip archive whose bootstrap is the host program for arm64."
  type        = string

  validation {
    condition     = endswith(var.archive, ".zip")
    error_message = "The archive is a .zip file."
  }
}

variable "description_file" {
  description = "What the application needs, as onevent infra write wrote it; the default is infra/functions.json."
  type        = string
  default     = null
}

variable "packing" {
  description = "function: one deployment for each function, the best isolation. service: one for all functions of a package, which starts cold less often."
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
  description = "What is to differ from functions.json, by the name of a function. Concurrency is the most instances at once; 0 means the account's limit."
  type = map(object({
    memory_mib      = optional(number)
    timeout_seconds = optional(number)
    concurrency     = optional(number, 0)
  }))
  default = {}

  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.memory_mib, 128) >= 128 && coalesce(f.memory_mib, 128) <= 10240])
    error_message = "Lambda has 128 to 10,240 MiB."
  }
  validation {
    condition     = alltrue([for f in values(var.functions) : coalesce(f.timeout_seconds, 1) >= 1 && coalesce(f.timeout_seconds, 1) <= 900])
    error_message = "Lambda runs 1 to 900 seconds."
  }
  validation {
    condition     = alltrue([for f in values(var.functions) : f.concurrency == 0 || f.concurrency >= 2 && f.concurrency <= 1000])
    error_message = "The mapping of a queue to a function has a concurrency of 2 to 1,000, or 0 for no limit of its own."
  }
}

variable "batch_size" {
  description = "How many messages one invocation gets at most."
  type        = number
  default     = 10

  validation {
    condition     = var.batch_size >= 1 && var.batch_size <= 10
    error_message = "A batch is 1 to 10 messages."
  }
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
  description = "ARNs of the principals that may call the edge, by a name for each."
  type        = map(string)
  default     = {}
}

variable "operators" {
  description = "ARNs of the principals that may call the console, by a name for each."
  type        = map(string)
  default     = {}
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted."
  type        = bool
  default     = true
}

variable "log_retention_days" {
  description = "For how long programs' logs are kept."
  type        = number
  default     = 30
}

variable "alarm_emails" {
  description = "Who is told of alarms."
  type        = set(string)
  default     = []
}

variable "oldest_seconds" {
  description = "How old the oldest message of a queue may be before that is an alarm."
  type        = number
  default     = 900

  validation {
    condition     = var.oldest_seconds >= 60
    error_message = "It is looked at once a minute."
  }
}

variable "budget" {
  description = "What a month may cost, in USD, and who is told at 80 % and when more is forecast."
  type = object({
    monthly_usd = number
    emails      = set(string)
  })
  default = null

  validation {
    condition     = var.budget == null || try(var.budget.monthly_usd > 0 && length(var.budget.emails) > 0, false)
    error_message = "A budget is more than 0, and somebody is told."
  }
}

variable "tags" {
  description = "Tags of everything that has tags."
  type        = map(string)
  default     = {}
}
