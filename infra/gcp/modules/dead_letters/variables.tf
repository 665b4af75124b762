variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "The region."
  type        = string
}

variable "topic" {
  description = "The topic of dead letters."
  type        = string
}

variable "service" {
  description = "The name of the Cloud Run service that parks them."
  type        = string
}

variable "url" {
  description = "Where it is."
  type        = string
}

variable "ack_seconds" {
  description = "How long Pub/Sub waits for an answer."
  type        = number
}

variable "limits" {
  description = "Who moves dead letters, and the pauses between two deliveries."
  type = object({
    agent               = string
    min_backoff_seconds = number
    max_backoff_seconds = number
  })
}

variable "labels" {
  description = "Labels of the subscription."
  type        = map(string)
}
