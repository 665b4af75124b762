variable "prefix" {
  description = "Begins the topics' names."
  type        = string
}

variable "events" {
  description = "Wire names of the events, as in order.created."
  type        = set(string)
}

variable "tags" {
  description = "Tags of the topics."
  type        = map(string)
}
