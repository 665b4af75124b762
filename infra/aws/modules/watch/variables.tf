variable "prefix" {
  description = "Begins the names of alarms."
  type        = string
}

variable "emails" {
  description = "Who is told."
  type        = set(string)
}

variable "budget" {
  description = "What a month may cost, in USD, and who is told."
  type = object({
    monthly_usd = number
    emails      = set(string)
  })
}

variable "alarms" {
  description = "Names of the topics on which any message is an alarm, by event."
  type        = map(string)
}

variable "tags" {
  description = "Tags of everything that has tags."
  type        = map(string)
}
