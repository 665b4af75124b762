# Plans with a provider that is not called: what is planned, and what is refused.
mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "123456789012" }
  }
  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

variables {
  archive = "tests/empty.zip"
}

run "without_secrets" {
  command = plan

  assert {
    condition     = contains(output.left_out, "fan-out") && !contains(keys(local.units), "fan-out")
    error_message = "A function without its secrets is deployed."
  }
  assert {
    condition     = local.units["reserve-credit"].target == "reserve-credit"
    error_message = "A function is not its own target."
  }
  assert {
    condition     = length(local.others["edge"].secrets) == 0
    error_message = "The edge is given secrets that have no value."
  }
}

run "with_secrets" {
  command = plan

  variables {
    secrets = ["HOOKS_MASTER_SECRET", "HOOKS_MASTER_SECRET_OLD", "PAYMENTS_WEBHOOK_SECRET", "TILL_WEBHOOK_SECRET"]
  }

  assert {
    condition     = length(output.left_out) == 0
    error_message = "A function is left out that has its secrets."
  }
  assert {
    condition     = contains(local.units["fan-out"].secrets, "HOOKS_MASTER_SECRET_OLD")
    error_message = "The secret before is not given."
  }
  assert {
    condition     = length(local.units["reserve-credit"].secrets) == 0
    error_message = "A function is given secrets that it did not ask for."
  }
  assert {
    condition     = toset(local.units["reserve-credit"].publishes) == toset(concat(local.described.functions["reserve-credit"].emits, local.described.functions["reserve-credit"].reports))
    error_message = "A function may publish something else than it emits."
  }
  assert {
    condition     = length(setintersection(local.others["edge"].publishes, ["credit.reserved"])) == 0
    error_message = "The edge may publish what no command emits."
  }
}

run "packed_by_service" {
  command = plan

  variables {
    packing   = "service"
    functions = { reserve-credit = { memory_mib = 1024, concurrency = 4 } }
  }

  assert {
    condition     = toset(keys(local.units)) == toset([for f in local.functions : f.service])
    error_message = "There is not one deployment for each service."
  }
  assert {
    condition     = contains(local.units["accounting"].names, "reserve-credit") && local.units["accounting"].target == ""
    error_message = "A service is not all of its functions."
  }
  assert {
    condition     = local.units["accounting"].memory_mib == 1024 && local.units["accounting"].concurrency == 4
    error_message = "A service has less than its largest function."
  }
}

run "public_edge" {
  command = plan

  variables {
    public    = true
    oidc      = { issuer = "https://accounts.example.com", audience = "shop" }
    operators = { ann = "arn:aws:iam::123456789012:user/ann" }
  }

  assert {
    condition     = module.edge.authorization == "NONE" && module.console.authorization == "AWS_IAM"
    error_message = "Something else than the edge is public, or the edge is not."
  }
}

run "refuses_a_prefix" {
  command         = plan
  expect_failures = [var.prefix]

  variables {
    prefix = "One Event"
  }
}

run "refuses_a_packing" {
  command         = plan
  expect_failures = [var.packing]

  variables {
    packing = "all"
  }
}

run "refuses_little_memory" {
  command         = plan
  expect_failures = [var.functions]

  variables {
    functions = { reserve-credit = { memory_mib = 64 } }
  }
}

run "knows_no_such_function" {
  command         = plan
  expect_failures = [check.names]

  variables {
    functions = { reserve-credits = { memory_mib = 256 } }
  }
}
