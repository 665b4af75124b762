variable "prefix" {
  description = "Begins the tables' names."
  type        = string
}

variable "tables" {
  description = "The tables, by name without prefix: keys, indexes, and the field by which items go."
  type = map(object({
    hash    = object({ name = string, type = string })
    range   = optional(object({ name = string, type = string }))
    expires = optional(string)
    keeps   = bool
    indexes = list(object({
      name  = string
      hash  = object({ name = string, type = string })
      range = object({ name = string, type = string })
    }))
  }))
}

variable "deletion_protection" {
  description = "Whether the tables refuse to be deleted."
  type        = bool
}

variable "tags" {
  description = "Tags of the tables."
  type        = map(string)
}
