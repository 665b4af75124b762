variable "function" {
  description = "The name of the Lambda function that parks them."
  type        = string
}

variable "role" {
  description = "The name of its role."
  type        = string
}

variable "queues" {
  description = "ARNs of the queues of dead letters, by function."
  type        = map(string)
}

variable "batch_size" {
  description = "How many messages one invocation gets at most."
  type        = number
}

variable "tags" {
  description = "Tags of the mappings."
  type        = map(string)
}
