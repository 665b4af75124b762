variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "Where messages are kept: nowhere else."
  type        = string
}

variable "events" {
  description = "Wire names of the events, as in order.created."
  type        = set(string)
}

variable "labels" {
  description = "Labels of the topics."
  type        = map(string)
}
