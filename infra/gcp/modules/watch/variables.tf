variable "project" {
  description = "The project."
  type        = string
}

variable "project_number" {
  description = "Its number."
  type        = string
}

variable "emails" {
  description = "Who is told."
  type        = set(string)
}

variable "budget" {
  description = "What a month may cost."
  type = object({
    billing_account = string
    currency        = string
    monthly         = number
  })
}

variable "oldest_seconds" {
  description = "How old the oldest message of a subscription may be."
  type        = number
}

variable "dead_letters" {
  description = "The name of the subscription of dead letters."
  type        = string
}

variable "tick" {
  description = "The name of the service that ticks."
  type        = string
}

variable "alarms" {
  description = "The events that are alarms."
  type        = list(string)
}

variable "audit_logs" {
  description = "Which kinds of access are logged, by API."
  type        = map(set(string))
}

variable "labels" {
  description = "Labels of everything that has labels."
  type        = map(string)
}
