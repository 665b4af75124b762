data "aws_caller_identity" "current" {}
data "aws_partition" "current" {}

# CI shows a token that its issuer signed, and gets an hour in one of two roles: no key is stored anywhere.
resource "aws_iam_openid_connect_provider" "this" {
  url            = "https://${var.issuer}"
  client_id_list = ["sts.amazonaws.com"]
}

locals {
  partition = data.aws_partition.current.partition
  account   = data.aws_caller_identity.current.account_id

  subjects = {
    planner  = "repo:${var.repository}:pull_request"
    deployer = "repo:${var.repository}:environment:${var.environment}"
  }
  managed = {
    planner  = "arn:${local.partition}:iam::aws:policy/ReadOnlyAccess"
    deployer = "arn:${local.partition}:iam::aws:policy/PowerUserAccess" # everything but identities
  }
}

resource "aws_iam_role" "this" {
  for_each = local.subjects

  name                 = "${var.prefix}-ci-${each.key}"
  max_session_duration = 3600

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = aws_iam_openid_connect_provider.this.arn }
      Condition = {
        StringEquals = {
          "${var.issuer}:aud" = "sts.amazonaws.com"
          "${var.issuer}:sub" = each.value
        }
      }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each = local.managed

  role       = aws_iam_role.this[each.key].name
  policy_arn = each.value
}

# It makes the roles of the functions, and can neither change its own nor hand out any that is not theirs.
resource "aws_iam_role_policy" "identities" {
  name = "identities"
  role = aws_iam_role.this["deployer"].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Roles"
        Effect = "Allow"
        Action = [
          "iam:CreateRole", "iam:DeleteRole", "iam:DeleteRolePolicy", "iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies",
          "iam:ListInstanceProfilesForRole", "iam:ListRolePolicies", "iam:ListRoleTags", "iam:PutRolePolicy", "iam:TagRole",
          "iam:UntagRole", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole",
        ]
        Resource = ["arn:${local.partition}:iam::${local.account}:role/${var.prefix}-*"]
      },
      {
        Sid       = "Pass"
        Effect    = "Allow"
        Action    = ["iam:PassRole"]
        Resource  = ["arn:${local.partition}:iam::${local.account}:role/${var.prefix}-*"]
        Condition = { StringEquals = { "iam:PassedToService" = ["lambda.amazonaws.com", "scheduler.amazonaws.com"] } }
      },
      {
        Sid      = "NotItself"
        Effect   = "Deny"
        Action   = ["iam:DeleteRole", "iam:DeleteRolePolicy", "iam:PassRole", "iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy", "iam:UpdateRole"]
        Resource = ["arn:${local.partition}:iam::${local.account}:role/${var.prefix}-ci-*"]
      },
    ]
  })
}

# Planning reads the state, and locks it.
resource "aws_iam_role_policy" "state" {
  name = "state"
  role = aws_iam_role.this["planner"].name

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Sid      = "Lock"
      Effect   = "Allow"
      Action   = ["s3:DeleteObject", "s3:PutObject"]
      Resource = ["${var.state_bucket}/*.tflock"]
    }]
  })
}

output "roles" {
  description = "ARNs of CI's roles: planner and deployer."
  value       = { for k, r in aws_iam_role.this : k => r.arn }
}
