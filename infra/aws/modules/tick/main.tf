locals {
  minutes = var.seconds / 60
}

resource "aws_scheduler_schedule" "this" {
  name                = "${var.prefix}-tick"
  description         = "Does what has fallen due."
  schedule_expression = local.minutes == 1 ? "rate(1 minute)" : "rate(${local.minutes} minutes)"

  flexible_time_window {
    mode = "OFF"
  }

  target {
    arn      = var.function
    role_arn = aws_iam_role.this.arn
    input    = jsonencode({ target = "tick" })

    # The next tick does what this one does not.
    retry_policy {
      maximum_retry_attempts       = 0
      maximum_event_age_in_seconds = 60
    }
  }
}

resource "aws_iam_role" "this" {
  name = "${var.prefix}-tick-invoker"

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "scheduler.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy" "this" {
  name = "invoke"
  role = aws_iam_role.this.name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = ["lambda:InvokeFunction"]
      Resource = [var.function]
    }]
  })
}
