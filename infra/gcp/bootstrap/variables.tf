variable "project" {
  description = "The project."
  type        = string
}

variable "region" {
  description = "Where the state is kept."
  type        = string
}

variable "repository" {
  description = "The repository whose CI may deploy, as in onevent/onevent."
  type        = string
}

variable "environment" {
  description = "The deployment environment of CI that may apply."
  type        = string
}
