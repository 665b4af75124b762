# What the application needs, read from functions.json: adding a function changes no Terraform.
locals {
  described = jsondecode(file(coalesce(var.description_file, "${path.module}/../functions.json")))
  limits    = local.described.limits

  # A function without its secrets would not start, so it is left out.
  functions = {
    for name, f in local.described.functions : name => merge(f, {
      memory_mib      = coalesce(try(var.functions[name].memory_mib, null), f.memory_mib)
      timeout_seconds = coalesce(try(var.functions[name].timeout_seconds, null), f.timeout_seconds)
      concurrency     = try(var.functions[name].concurrency, 0)
    }) if length(setsubtract(f.secrets, var.secrets)) == 0
  }

  # What is deployed together, by name.
  packed = { for name, f in local.functions : (var.packing == "service" ? f.service : name) => name... }

  units = {
    for unit, names in local.packed : unit => {
      target          = var.packing == "service" ? "" : unit
      names           = names
      publishes       = distinct(flatten([for n in names : concat(local.functions[n].emits, local.functions[n].reports)]))
      secrets         = setintersection(var.secrets, flatten([for n in names : [for s in local.functions[n].secrets : [s, "${s}_OLD"]]]))
      settings        = distinct(flatten([for n in names : local.functions[n].settings]))
      memory_mib      = max([for n in names : local.functions[n].memory_mib]...)
      timeout_seconds = max([for n in names : local.functions[n].timeout_seconds]...)
      concurrency     = max([for n in names : local.functions[n].concurrency]...)
    }
  }

  # The edge does not start open to all: tokens say who asks, or who is let in may do everything.
  let_in = tomap({ ONEVENT_ACCESS = "proxy" })
  entry = var.oidc == null ? local.let_in : tomap(merge(
    { ONEVENT_OIDC_ISSUER = var.oidc.issuer, ONEVENT_OIDC_AUDIENCE = var.oidc.audience },
    var.oidc.roles == null ? {} : { ONEVENT_OIDC_ROLES = var.oidc.roles },
  ))

  # Programs that are no functions have the secrets that there are.
  others = {
    for name, p in {
      edge         = local.described.edge
      console      = local.described.console
      tick         = local.described.tick
      dead-letters = local.described.dead_letters
      } : name => merge(p, {
        publishes = concat(p.emits, p.reports)
        secrets   = setintersection(var.secrets, flatten([for s in p.secrets : [s, "${s}_OLD"]]))
        access    = name == "edge" ? local.entry : name == "console" ? local.let_in : tomap({})
    })
  }
}

# Only for a clear message: a name that is wrong would be ignored.
check "names" {
  assert {
    condition     = length(setsubtract(keys(var.functions), keys(local.described.functions))) == 0
    error_message = "There is no function ${join(", ", setsubtract(keys(var.functions), keys(local.described.functions)))}."
  }
  assert {
    condition     = length(setsubtract(keys(var.settings), local.described.settings)) == 0
    error_message = "Nobody asks for ${join(", ", setsubtract(keys(var.settings), local.described.settings))}."
  }
  assert {
    condition     = length(setsubtract([for s in var.secrets : trimsuffix(s, "_OLD")], local.described.secrets)) == 0
    error_message = "Nobody asks for ${join(", ", setsubtract([for s in var.secrets : trimsuffix(s, "_OLD")], local.described.secrets))}."
  }
}
