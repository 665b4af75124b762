resource "google_cloud_run_v2_service" "this" {
  project             = var.program.project
  location            = var.program.region
  name                = var.name
  ingress             = var.outside ? "INGRESS_TRAFFIC_ALL" : "INGRESS_TRAFFIC_INTERNAL_ONLY" # Pub/Sub and Scheduler are internal
  deletion_protection = false                                                                 # it holds nothing
  labels              = var.program.labels

  template {
    service_account                  = google_service_account.this.email
    timeout                          = "${var.timeout_seconds}s"
    max_instance_request_concurrency = var.program.requests_per_instance
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN1" # starts faster, and may have less than 512 MiB

    scaling {
      max_instance_count = var.max_instances
    }

    containers {
      image = var.program.image

      resources {
        limits            = { cpu = "1", memory = "${var.memory_mib}Mi" }
        cpu_idle          = true
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = merge(
          var.settings,
          {
            GOOGLE_CLOUD_PROJECT      = var.program.project
            FIRESTORE_DATABASE        = var.program.database
            CLOUD_RUN_TIMEOUT_SECONDS = var.timeout_seconds
          },
          var.target == "" ? {} : { FUNCTION_TARGET = var.target },
        )
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secrets
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value
              version = "latest"
            }
          }
        }
      }
    }
  }

  # An instance that may not read its secrets does not start.
  depends_on = [google_secret_manager_secret_iam_member.reader]
}
