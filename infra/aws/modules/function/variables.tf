variable "program" {
  description = "What every program is given: the prefix of names, the account, the archive, the tables, where alarms go, and for how long logs are kept."
  type = object({
    prefix             = string
    account            = string
    archive            = object({ bucket = string, key = string, hash = string })
    tables             = map(object({ arn = string, indexes = list(string), keeps = bool }))
    log_retention_days = number
    alarm_topic        = string
    tags               = map(string)
  })
}

variable "name" {
  description = "The function's name, without prefix."
  type        = string
}

variable "target" {
  description = "What the program is to be; empty for all that its queues are for."
  type        = string
}

variable "publishes" {
  description = "ARNs of the topics that it may publish to, by event."
  type        = map(string)
}

variable "secrets" {
  description = "ARNs of the secrets that it may read, by variable."
  type        = map(string)
}

variable "settings" {
  description = "Further environment variables."
  type        = map(string)
}

variable "memory_mib" {
  description = "The memory of an instance."
  type        = number
}

variable "timeout_seconds" {
  description = "How long one message, or one request, may take."
  type        = number
}

variable "scans" {
  description = "Whether it reads whole tables, as audits and the tick do."
  type        = bool
  default     = false
}

variable "subscriptions" {
  description = "What it gets: for each queue, by the function's name, the ARNs of its topics by event."
  type = map(object({
    topics             = map(string)
    visibility_seconds = number
    concurrency        = number
  }))
  default = {}
}

variable "batch" {
  description = "How messages come: how many at once, how often before they are dead letters, and how old they may be before that is an alarm."
  type = object({
    size           = number
    deliveries     = number
    oldest_seconds = number
  })
  default = { size = 10, deliveries = 20, oldest_seconds = 900 }
}
