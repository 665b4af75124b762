resource "aws_lambda_function_url" "this" {
  function_name      = var.function
  authorization_type = var.public ? "NONE" : "AWS_IAM"
}

resource "aws_lambda_permission" "public" {
  count = var.public ? 1 : 0

  statement_id           = "public"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = var.function
  principal              = "*"
  function_url_auth_type = "NONE"
}

resource "aws_lambda_permission" "caller" {
  for_each = var.callers

  statement_id           = "caller-${each.key}"
  action                 = "lambda:InvokeFunctionUrl"
  function_name          = var.function
  principal              = each.value
  function_url_auth_type = "AWS_IAM"
}

output "url" {
  description = "Where it is."
  value       = aws_lambda_function_url.this.function_url
}

output "authorization" {
  description = "NONE for everybody, AWS_IAM for callers."
  value       = aws_lambda_function_url.this.authorization_type
}
