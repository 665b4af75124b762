variable "program" {
  description = "What every program is given: the project, the region, the image, the database, and how many requests an instance handles at once."
  type = object({
    project               = string
    region                = string
    image                 = string
    database              = string
    requests_per_instance = number
    labels                = map(string)
  })
}

variable "name" {
  description = "The function's name."
  type        = string
}

variable "target" {
  description = "What the program is to be; empty for all, each at the path of its name."
  type        = string
}

variable "publishes" {
  description = "The topics that it may publish to, by event."
  type        = map(string)
}

variable "secrets" {
  description = "The secrets that it may read, by variable."
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

variable "max_instances" {
  description = "How many instances there are at most."
  type        = number
}

variable "outside" {
  description = "Whether requests may come from outside of Google Cloud. Who may make them is another question."
  type        = bool
  default     = false
}

variable "subscriptions" {
  description = "What it gets: by the function's name, its topics by event, and how long Pub/Sub waits for an answer."
  type = map(object({
    topics      = map(string)
    ack_seconds = number
  }))
  default = {}
}

variable "push" {
  description = "How messages come: the topic of dead letters, who moves them there and after how many deliveries, and the pauses between these."
  type = object({
    dead_letters        = string
    agent               = string
    deliveries          = number
    min_backoff_seconds = number
    max_backoff_seconds = number
  })
  default = null

  validation {
    condition     = var.push == null || try(var.push.deliveries >= 5 && var.push.deliveries <= 100, false)
    error_message = "Pub/Sub delivers 5 to 100 times before it gives up."
  }
}
