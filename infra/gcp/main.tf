locals {
  # What every program is given.
  program = {
    project               = var.project
    region                = var.region
    image                 = var.image
    database              = module.store.database
    requests_per_instance = var.requests_per_instance
    labels                = var.labels
  }
  push = {
    dead_letters        = module.topics.dead_letters
    agent               = local.pubsub_agent
    deliveries          = local.limits.deliveries
    min_backoff_seconds = local.limits.min_backoff_seconds
    max_backoff_seconds = local.limits.max_backoff_seconds
  }
}

module "registry" {
  source = "./modules/registry"

  project = var.project
  region  = var.region
  labels  = var.labels

  depends_on = [google_project_service.this]
}

module "topics" {
  source = "./modules/topics"

  project = var.project
  region  = var.region
  events  = keys(local.described.events)
  labels  = var.labels

  depends_on = [google_project_service.this]
}

module "store" {
  source = "./modules/store"

  project             = var.project
  database            = merge(var.database, { location = coalesce(var.database.location, var.region) })
  indexes             = local.described.firestore.indexes
  unindexed           = local.described.firestore.unindexed
  selected            = local.described.firestore.selected
  deletion_protection = var.deletion_protection
  backup_days         = var.backup_days

  depends_on = [google_project_service.this]
}

module "secrets" {
  source = "./modules/secrets"

  project = var.project
  region  = var.region
  names   = local.described.secrets
  ready   = var.secrets
  labels  = var.labels

  depends_on = [google_project_service.this]
}

module "function" {
  source   = "./modules/function"
  for_each = local.units

  program         = local.program
  name            = each.key
  target          = each.value.target
  publishes       = { for e in each.value.publishes : e => module.topics.ids[e] }
  secrets         = { for s in each.value.secrets : s => module.secrets.ids[s] }
  settings        = { for s in each.value.settings : s => var.settings[s] if contains(keys(var.settings), s) }
  memory_mib      = each.value.memory_mib
  timeout_seconds = each.value.timeout_seconds
  max_instances   = each.value.concurrency > 0 ? each.value.concurrency : var.max_instances
  push            = local.push
  subscriptions = {
    for n in each.value.names : n => {
      topics      = { for e in local.functions[n].takes : e => module.topics.ids[e] }
      ack_seconds = max(local.functions[n].ack_seconds, each.value.timeout_seconds + 10)
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
  publishes       = { for e in each.value.publishes : e => module.topics.ids[e] }
  secrets         = { for s in each.value.secrets : s => module.secrets.ids[s] }
  settings        = merge({ for s in each.value.settings : s => var.settings[s] if contains(keys(var.settings), s) }, each.value.access)
  memory_mib      = each.value.memory_mib
  timeout_seconds = each.value.timeout_seconds
  max_instances   = var.max_instances
  outside         = contains(["edge", "console"], each.key)
}

module "edge" {
  source = "./modules/edge"

  project = var.project
  region  = var.region
  service = module.program["edge"].service
  public  = var.public
  callers = var.callers
}

# The console is the edge once more, for operators only: it may do what the edge may not.
module "console" {
  source = "./modules/edge"

  project = var.project
  region  = var.region
  service = module.program["console"].service
  callers = var.operators
}

module "tick" {
  source = "./modules/tick"

  project         = var.project
  region          = var.region
  service         = module.program["tick"].service
  url             = module.program["tick"].url
  seconds         = local.limits.tick_seconds
  timeout_seconds = local.others["tick"].timeout_seconds
}

module "dead_letters" {
  source = "./modules/dead_letters"

  project     = var.project
  region      = var.region
  topic       = module.topics.dead_letters
  service     = module.program["dead-letters"].service
  url         = module.program["dead-letters"].url
  ack_seconds = local.others["dead-letters"].ack_seconds
  limits      = local.push
  labels      = var.labels
}

module "watch" {
  source = "./modules/watch"

  project        = var.project
  emails         = var.alarm_emails
  budget         = var.budget
  project_number = data.google_project.this.number
  oldest_seconds = var.oldest_seconds
  dead_letters   = module.dead_letters.subscription
  tick           = module.program["tick"].service
  alarms         = [for event in ["flow.stalled", "function.failed", "incident.raised"] : event if contains(keys(local.described.events), event)]
  audit_logs     = var.audit_logs
  labels         = var.labels

  depends_on = [google_project_service.this]
}
