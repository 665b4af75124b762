variable "project" {
  description = "The project."
  type        = string
}

variable "database" {
  description = "The database's name, where it is, and its edition: STANDARD or ENTERPRISE."
  type = object({
    name     = string
    location = string
    edition  = string
  })
}

variable "indexes" {
  description = "The composite indexes: fields of a collection, ascending."
  type        = list(object({ collection = string, fields = list(string) }))
}

variable "unindexed" {
  description = "The fields that the STANDARD edition must not index by itself."
  type        = list(object({ collection = string, path = string }))
}

variable "selected" {
  description = "The fields that the ENTERPRISE edition, which indexes nothing by itself, is to index."
  type        = list(object({ collection = string, path = string }))
}

variable "deletion_protection" {
  description = "Whether the database refuses to be deleted."
  type        = bool
}

variable "backup_days" {
  description = "For how long daily backups are kept; 0 means that there are none."
  type        = number
}
