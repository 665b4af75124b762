variable "prefix" {
  description = "Begins the bucket's name."
  type        = string
}

variable "archive" {
  description = "Path of the zip archive."
  type        = string
}

variable "tags" {
  description = "Tags of the bucket."
  type        = map(string)
}
