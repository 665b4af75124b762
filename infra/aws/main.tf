data "aws_caller_identity" "current" {}

locals {
  # What every program is given.
  program = {
    prefix             = var.prefix
    account            = data.aws_caller_identity.current.account_id
    archive            = module.registry.archive
    tables             = module.store.tables
    log_retention_days = var.log_retention_days
    alarm_topic        = module.watch.alarm_topic
    tags               = var.tags
  }
  batch = {
    size           = var.batch_size
    deliveries     = local.limits.deliveries
    oldest_seconds = var.oldest_seconds
  }
}

module "registry" {
  source = "./modules/registry"

  prefix  = var.prefix
  archive = var.archive
  tags    = var.tags
}

module "topics" {
  source = "./modules/topics"

  prefix = var.prefix
  events = keys(local.described.events)
  tags   = var.tags
}

module "store" {
  source = "./modules/store"

  prefix              = var.prefix
  tables              = local.described.dynamodb
  deletion_protection = var.deletion_protection
  tags                = var.tags
}

module "secrets" {
  source = "./modules/secrets"

  prefix = var.prefix
  names  = local.described.secrets
  ready  = var.secrets
  tags   = var.tags
}

module "function" {
  source   = "./modules/function"
  for_each = local.units

  program         = local.program
  name            = each.key
  target          = each.value.target
  publishes       = { for e in each.value.publishes : e => module.topics.arns[e] }
  secrets         = { for s in each.value.secrets : s => module.secrets.arns[s] }
  settings        = { for s in each.value.settings : s => var.settings[s] if contains(keys(var.settings), s) }
  memory_mib      = each.value.memory_mib
  timeout_seconds = each.value.timeout_seconds
  batch           = local.batch
  subscriptions = {
    for n in each.value.names : n => {
      topics             = { for e in local.functions[n].takes : e => module.topics.arns[e] }
      visibility_seconds = 6 * each.value.timeout_seconds
      concurrency        = local.functions[n].concurrency
    }
  }
}

# The programs that are no functions: the edge, the console, the tick and the dead letters.
module "program" {
  source   = "./modules/function"
  for_each = local.others

  program         = local.program
  name            = each.key
  target          = each.value.target
  publishes       = { for e in each.value.publishes : e => module.topics.arns[e] }
  secrets         = { for s in each.value.secrets : s => module.secrets.arns[s] }
  settings        = merge({ for s in each.value.settings : s => var.settings[s] if contains(keys(var.settings), s) }, each.value.access)
  memory_mib      = each.value.memory_mib
  timeout_seconds = each.value.timeout_seconds
  scans           = each.key != "dead-letters"
}

module "edge" {
  source = "./modules/edge"

  function    = module.program["edge"].function_name
  public      = var.public
  callers     = var.callers
  alarm_topic = module.watch.alarm_topic
  tags        = var.tags
}

# The console is the edge once more, for operators only: it may do what the edge may not.
module "console" {
  source = "./modules/edge"

  function    = module.program["console"].function_name
  callers     = var.operators
  alarm_topic = module.watch.alarm_topic
  tags        = var.tags
}

module "tick" {
  source = "./modules/tick"

  prefix        = var.prefix
  function      = module.program["tick"].function_arn
  function_name = module.program["tick"].function_name
  seconds       = local.limits.tick_seconds
  alarm_topic   = module.watch.alarm_topic
  tags          = var.tags
}

module "dead_letters" {
  source = "./modules/dead_letters"

  function   = module.program["dead-letters"].function_name
  role       = module.program["dead-letters"].role_name
  queues     = merge([for m in module.function : m.dead_letters]...)
  batch_size = var.batch_size
  tags       = var.tags
}

module "watch" {
  source = "./modules/watch"

  prefix = var.prefix
  emails = var.alarm_emails
  budget = var.budget
  alarms = { for event in ["flow.stalled", "function.failed", "incident.raised"] : event => module.topics.names[event] if contains(keys(local.described.events), event) }
  tags   = var.tags
}
