package infra_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// google are the resources of infra/gcp as they are written. What they are for, by
// function, is in description.tf, which is that of AWS, where the plan is checked.
type google struct {
	*testing.T
	all []block
}

func (g google) of(types ...string) []block {
	var some []block
	for _, b := range g.all {
		if b.kind == "resource" && slices.Contains(types, b.typ) {
			some = append(some, b)
		}
	}
	if len(some) == 0 {
		g.Errorf("there is no %s", strings.Join(types, " and no "))
	}
	return some
}

// must holds that all resources of a type have settings.
func (g google) must(typ string, settings ...string) {
	g.Helper()
	for _, b := range g.of(typ) {
		for _, setting := range settings {
			if !b.has(setting) {
				g.Errorf("%s: %s.%s has no %s", b.file, b.typ, b.name, setting)
			}
		}
	}
}

func TestPolicyOfGoogle(t *testing.T) {
	t.Parallel()
	g := google{t, blocks(t, "gcp")}
	g.must("google_cloud_run_v2_service", "service_account = google_service_account.this.email", "image = var.program.image")
	g.must("google_firestore_database", `point_in_time_recovery_enablement = "POINT_IN_TIME_RECOVERY_ENABLED"`,
		`var.deletion_protection ? "DELETE_PROTECTION_ENABLED"`)
	// The queries are held against what these are told, not against Firestore.
	g.must("google_firestore_index", "for_each = merge(local.composite, local.single)", `order = "ASCENDING"`)
	g.must("google_firestore_field", `for f in var.unindexed : "${f.collection}/${f.path}" => f if var.database.edition == "STANDARD"`)
	g.must("google_pubsub_topic", "allowed_persistence_regions = [var.region]")
	g.must("google_pubsub_subscription", `expiration_policy { ttl = "" }`, "oidc_token {", "no_wrapper { write_metadata = true }", "retry_policy {")
	g.must("google_storage_bucket", `public_access_prevention = "enforced"`, "uniform_bucket_level_access = true")
	g.must("google_iam_workload_identity_pool_provider", "attribute_condition = \"assertion.repository ==")
	g.deadLetters()
	g.roles()
	g.publishers()
	g.public()
	g.invokers()
	g.alarms()
	if protected := variable(t, "deletion_protection"); !strings.Contains(protected, "default = true") {
		t.Error("without a word the database can be deleted")
	}
}

func (g google) deadLetters() {
	for _, b := range g.of("google_pubsub_subscription") {
		last := b.file == "modules/dead_letters/main.tf" && b.has("topic = var.topic")
		if !last && !b.has("dead_letter_topic = var.push.dead_letters") {
			g.Errorf("%s: %s has no dead letters", b.file, b.name)
		}
	}
	watched := read(g.T, "gcp/modules/watch/main.tf")
	for _, metric := range []string{"dead_letter_message_count", "num_undelivered_messages", "oldest_unacked_message_age"} {
		if !strings.Contains(watched, metric) {
			g.Errorf("there is no alarm on %s", metric)
		}
	}
	for role, where := range map[string]string{
		"google_pubsub_topic_iam_member": "modules/dead_letters/main.tf", "google_pubsub_subscription_iam_member": "modules/function/subscription.tf",
	} {
		if !slices.ContainsFunc(g.of(role), func(b block) bool { return b.file == where && b.name == "agent" }) {
			g.Errorf("%s: Pub/Sub itself can't move dead letters", where)
		}
	}
}

// roles holds that nobody gets a role that is as wide as a project, and a role in the
// project only where there is none on a thing; that of the store is on one database.
func (g google) roles() {
	allowed := []string{
		"roles/datastore.user", "roles/pubsub.publisher", "roles/pubsub.subscriber", "roles/run.invoker",
		"roles/secretmanager.secretAccessor", "roles/iam.workloadIdentityUser",
	}
	role := regexp.MustCompile(`role\s+= "([^"]+)"`)
	for _, b := range g.all {
		if strings.HasSuffix(b.typ, "_iam_binding") || strings.HasSuffix(b.typ, "_iam_policy") || b.typ == "google_service_account_key" {
			g.Errorf("%s: %s takes rights from others, or makes a key", b.file, b.typ)
		}
		for _, r := range role.FindAllStringSubmatch(b.body, -1) {
			if !slices.Contains(allowed, r[1]) {
				g.Errorf("%s: %s.%s grants %s", b.file, b.typ, b.name, r[1])
			}
		}
		inProject := b.typ == "google_project_iam_member"
		if inProject && b.file != "modules/deploy/main.tf" && !b.has("/databases/${var.program.database}") {
			g.Errorf("%s: %s grants a role in the whole project", b.file, b.name)
		}
	}
}

// publishers holds that each function publishes to its own topics: those of
// description.tf.
func (g google) publishers() {
	for _, b := range g.of("google_pubsub_topic_iam_member") {
		if b.name == "agent" {
			continue
		}
		if !b.has("for_each = var.publishes") || !b.has("topic = each.value") || !b.has("member = google_service_account.this.member") {
			g.Errorf("%s: %s lets others publish than those that emit", b.file, b.name)
		}
	}
	const given = "publishes       = { for e in each.value.publishes : e => module.topics.ids[e] }"
	if n := strings.Count(read(g.T, "gcp/main.tf"), given); n != 2 {
		g.Errorf("gcp/main.tf: %d of 2 kinds of programs publish what they emit", n)
	}
}

// public holds that only the edge can be opened to everybody.
func (g google) public() {
	for _, b := range g.all {
		if strings.Contains(b.body, "allUsers") && b.file != "modules/edge/main.tf" {
			g.Errorf("%s: %s.%s lets everybody in", b.file, b.typ, b.name)
		}
		if strings.Contains(b.body, "allAuthenticatedUsers") {
			g.Errorf("%s: %s.%s lets everybody in who has an account", b.file, b.typ, b.name)
		}
	}
	if n := strings.Count(read(g.T, "gcp/main.tf"), "public  = var.public"); n != 1 {
		g.Errorf("gcp/main.tf: %d programs can be opened to everybody", n)
	}
	if public := variable(g.T, "public"); !strings.Contains(public, "default     = false") {
		g.Error("without a word the edge is open")
	}
}

// invokers holds that who pushes is not who runs.
func (g google) invokers() {
	for _, b := range g.of("google_pubsub_subscription", "google_cloud_scheduler_job") {
		if !b.has("service_account_email = google_service_account.invoker") {
			g.Errorf("%s: %s pushes with the rights of a function", b.file, b.name)
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// variable returns a variable of infra/gcp as it is written.
func variable(t *testing.T, name string) string {
	t.Helper()
	_, text, _ := strings.Cut(read(t, "gcp/variables.tf"), `variable "`+name+`" {`)
	body, ok := braced(text)
	if !ok {
		t.Fatalf("there is no variable %s", name)
	}
	return regexp.MustCompile(`default +=`).ReplaceAllString(body, "default =") + body
}
