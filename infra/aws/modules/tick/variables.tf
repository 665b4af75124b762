variable "prefix" {
  description = "Begins the schedule's name."
  type        = string
}

variable "function" {
  description = "The ARN of the Lambda function."
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
