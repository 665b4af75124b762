# Secrets without values: these are set outside of Terraform, so that no state holds them.
resource "aws_secretsmanager_secret" "this" {
  for_each = setunion(var.names, var.ready)

  name                    = "${var.prefix}/${each.key}"
  recovery_window_in_days = 7
  tags                    = var.tags
}

output "arns" {
  description = "The secrets' ARNs, by variable."
  value       = { for name, s in aws_secretsmanager_secret.this : name => s.arn }
}
