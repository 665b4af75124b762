# Plans with a provider that is not called: what is planned, and what is refused.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
}

variables {
  project = "onevent-test"
  region  = "europe-west3"
  image   = "europe-west3-docker.pkg.dev/onevent-test/onevent/onevent@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
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
    operators = { ann = "user:ann@example.com" }
  }

  assert {
    condition     = contains(module.edge.callers, "allUsers") && toset(module.console.callers) == toset(["user:ann@example.com"])
    error_message = "Something else than the edge is public, or the edge is not."
  }
}

run "enterprise" {
  command = plan

  variables {
    database = { edition = "ENTERPRISE" }
  }

  assert {
    condition     = module.store.unindexed == 0 && module.store.indexes > length(local.described.firestore.indexes)
    error_message = "The Enterprise edition, which indexes nothing by itself, is given no more indexes."
  }
}

run "refuses_a_tag" {
  command         = plan
  expect_failures = [var.image]

  variables {
    image = "europe-west3-docker.pkg.dev/onevent-test/onevent/onevent:latest"
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
