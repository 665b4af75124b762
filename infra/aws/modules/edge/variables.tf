variable "function" {
  description = "The name of the Lambda function."
  type        = string
}

variable "public" {
  description = "Whether everybody may call it."
  type        = bool
  default     = false
}

variable "callers" {
  description = "ARNs of the principals that may call it, by a name for each."
  type        = map(string)
}

variable "alarm_topic" {
  description = "The ARN of the topic to which alarms go."
  type        = string
}

variable "tags" {
  description = "Tags of everything that has tags."
  type        = map(string)
}
