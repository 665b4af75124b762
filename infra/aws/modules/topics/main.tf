# One topic for each event: what nobody wants is not delivered, and each has its own publishers.
resource "aws_sns_topic" "event" {
  for_each = var.events

  name              = "${var.prefix}-${replace(each.key, ".", "-")}" # a topic's name has no dots
  kms_master_key_id = "alias/aws/sns"
  tags              = merge(var.tags, { event = each.key })
}

output "arns" {
  description = "The topics' ARNs, by event."
  value       = { for event, t in aws_sns_topic.event : event => t.arn }
}

output "names" {
  description = "The topics' names, by event."
  value       = { for event, t in aws_sns_topic.event : event => t.name }
}
