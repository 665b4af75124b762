variable "prefix" {
  description = "Begins the schedule's name."
  type        = string
}

variable "function" {
  description = "The ARN of the Lambda function."
  type        = string
}

variable "function_name" {
  description = "Its name."
  type        = string
}

variable "seconds" {
  description = "How far apart two ticks are, in whole minutes."
  type        = number

  validation {
    condition     = var.seconds >= 60 && var.seconds % 60 == 0
    error_message = "A schedule knows whole minutes."
  }
}

variable "alarm_topic" {
  description = "The ARN of the topic to which alarms go."
  type        = string
}

variable "tags" {
  description = "Tags of everything that has tags."
  type        = map(string)
}
