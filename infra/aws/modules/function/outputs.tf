output "function_name" {
  description = "The name of the Lambda function."
  value       = aws_lambda_function.this.function_name
}

output "function_arn" {
  description = "Its ARN."
  value       = aws_lambda_function.this.arn
}

output "role_name" {
  description = "The name of its role."
  value       = aws_iam_role.this.name
}

output "queues" {
  description = "URLs of its queues, by function."
  value       = { for name, q in aws_sqs_queue.this : name => q.url }
}

output "dead_letters" {
  description = "ARNs of its queues of dead letters, by function."
  value       = { for name, q in aws_sqs_queue.dead : name => q.arn }
}
