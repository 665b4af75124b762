variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "Where images are kept."
  type        = string
}

variable "labels" {
  description = "Labels of the repository."
  type        = map(string)
}
