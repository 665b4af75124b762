# The log, the heads, the views, the agenda and what is too large for one item.
resource "aws_dynamodb_table" "this" {
  for_each = var.tables

  name                        = "${var.prefix}-${each.key}"
  billing_mode                = "PAY_PER_REQUEST"
  hash_key                    = each.value.hash.name
  range_key                   = try(each.value.range.name, null)
  deletion_protection_enabled = var.deletion_protection
  tags                        = var.tags

  dynamic "attribute" {
    for_each = {
      for a in concat(
        [each.value.hash],
        each.value.range == null ? [] : [each.value.range],
        flatten([for i in each.value.indexes : [i.hash, i.range]]),
      ) : a.name => a.type...
    }
    content {
      name = attribute.key
      type = attribute.value[0]
    }
  }

  dynamic "global_secondary_index" {
    for_each = { for i in each.value.indexes : i.name => i }
    content {
      name            = global_secondary_index.key
      hash_key        = global_secondary_index.value.hash.name
      range_key       = global_secondary_index.value.range.name
      projection_type = "KEYS_ONLY"
    }
  }

  dynamic "ttl" {
    for_each = each.value.expires == null ? [] : [each.value.expires]
    content {
      attribute_name = ttl.value
      enabled        = true
    }
  }

  point_in_time_recovery {
    enabled = true
  }

  server_side_encryption {
    enabled = true
  }
}

output "tables" {
  description = "The tables, by name without prefix: name, ARN, the ARNs of its indexes, and whether nobody deletes from it."
  value = {
    for k, t in aws_dynamodb_table.this : k => {
      name    = t.name
      arn     = t.arn
      indexes = [for i in var.tables[k].indexes : "${t.arn}/index/${i.name}"]
      keeps   = var.tables[k].keeps
    }
  }
}
