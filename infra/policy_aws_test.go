package infra_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow/infra"
)

// A policy checks what a plan of AWS grants, against what the bindings say.
type policy struct {
	d        infra.Description
	all      []resource
	problems []string
}

// Errorf notes a problem.
func (p *policy) Errorf(format string, args ...any) {
	p.problems = append(p.problems, fmt.Sprintf(format, args...))
}

// check returns the problems of a plan.
func (p *policy) check() []string {
	p.wildcards()
	p.publishers()
	p.public()
	p.deadLetters()
	p.tables()
	p.encryption()
	p.mappings()
	p.alarms()
	p.priced()
	return p.problems
}

// of returns the resources of a type.
func (p *policy) of(types ...string) []resource {
	var some []resource
	for _, r := range p.all {
		if slices.Contains(types, r.Type) {
			some = append(some, r)
		}
	}
	if len(some) == 0 {
		p.Errorf("there is no %s", strings.Join(types, " and no "))
	}
	return some
}

// A statement is one of an IAM document. What may be one text may be several.
type statement struct {
	Effect    string
	Action    texts
	Resource  texts
	Principal any
	Condition map[string]any
}

type texts []string

// UnmarshalJSON takes one text or several.
func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	return json.Unmarshal(data, (*[]string)(t))
}

func (p *policy) statements(r resource, field string) []statement {
	var document struct{ Statement []statement }
	if err := json.Unmarshal([]byte(r.text(field)), &document); err != nil {
		p.Errorf("%s: %s: %v", r.Address, field, err)
	}
	return document.Statement
}

// wildcards holds that no action and no resource is a pattern; but a program makes
// streams in its own group of logs, which nobody can name before.
func (p *policy) wildcards() {
	for _, r := range p.of("aws_iam_role_policy", "aws_sqs_queue_policy") {
		for _, s := range p.statements(r, "policy") {
			for _, action := range s.Action {
				if strings.Contains(action, "*") {
					p.Errorf("%s allows %s", r.Address, action)
				}
			}
			for _, on := range s.Resource {
				if strings.Contains(strings.TrimSuffix(on, ":log-stream:*"), "*") || on == "" {
					p.Errorf("%s is on %s", r.Address, on)
				}
			}
			if len(s.Resource) == 0 || s.Effect != "Allow" {
				p.Errorf("%s has the statement %+v", r.Address, s)
			}
		}
	}
	for _, r := range p.all {
		if r.Type == "aws_iam_role_policy_attachment" {
			p.Errorf("%s attaches a policy that is not its own", r.Address)
		}
	}
}

// publishers holds that a program may publish what it emits, all of it and nothing
// else.
func (p *policy) publishers() {
	programs := map[string]infra.Program{
		"edge": p.d.Edge, "console": p.d.Console, "tick": p.d.Tick, "dead-letters": p.d.DeadLetters,
	}
	maps.Copy(programs, p.d.Functions)
	granted := map[string][]string{}
	for _, r := range p.of("aws_iam_role_policy") {
		for _, s := range p.statements(r, "policy") {
			if slices.Contains(s.Action, "sns:Publish") {
				name := strings.TrimPrefix(r.text("role"), "onevent-")
				granted[name] = append(granted[name], s.Resource...)
			}
		}
	}
	for _, name := range sorted(programs) {
		want := map[string]bool{}
		for _, event := range slices.Concat(programs[name].Emits, programs[name].Reports) {
			want["onevent-"+strings.ReplaceAll(event, ".", "-")] = true
		}
		have := map[string]bool{}
		for _, arn := range granted[name] {
			have[arn[strings.LastIndex(arn, ":")+1:]] = true
		}
		if a, b := strings.Join(sorted(have), " "), strings.Join(sorted(want), " "); a != b {
			p.Errorf("%s may publish %s; it emits %s", name, a, b)
		}
		delete(granted, name)
	}
	if len(granted) > 0 {
		p.Errorf("%v may publish too", sorted(granted))
	}
}

// public holds that nobody is let in without being known. The tests of Terraform
// hold that the edge can be opened, and nothing else.
func (p *policy) public() {
	for _, r := range p.of("aws_lambda_function_url") {
		if r.text("authorization_type") != "AWS_IAM" {
			p.Errorf("%s is open to everybody", r.Address)
		}
		if m := r.Address; !strings.Contains(m, "module.edge.") && !strings.Contains(m, "module.console.") {
			p.Errorf("%s is neither the edge nor the console", r.Address)
		}
	}
	for _, r := range p.all {
		if r.Type == "aws_lambda_permission" && r.text("principal") == "*" {
			p.Errorf("%s lets everybody in", r.Address)
		}
	}
	for _, r := range p.of("aws_sqs_queue_policy") {
		for _, s := range p.statements(r, "policy") {
			service, _ := s.Principal.(map[string]any)
			if service["Service"] != "sns.amazonaws.com" || len(s.Condition) == 0 {
				p.Errorf("%s lets %v in", r.Address, s.Principal)
			}
		}
	}
	for _, r := range p.of("aws_s3_bucket_public_access_block") {
		for _, shut := range []string{"block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"} {
			if r.Values[shut] != true {
				p.Errorf("%s lacks %s", r.Address, shut)
			}
		}
	}
}

// deadLetters holds that every queue has one for dead letters, and each of these a
// reader and an alarm.
func (p *policy) deadLetters() {
	redrives := map[string]string{} // by URL of the queue: the ARN of the other
	for _, r := range p.of("aws_sqs_queue_redrive_policy") {
		var document struct{ DeadLetterTargetArn string }
		if err := json.Unmarshal([]byte(r.text("redrive_policy")), &document); err != nil {
			p.Errorf("%s: %v", r.Address, err)
		}
		redrives[r.text("queue_url")] = document.DeadLetterTargetArn
	}
	readers := map[string]string{}
	for _, r := range p.of("aws_lambda_event_source_mapping") {
		readers[r.text("event_source_arn")] = r.text("function_name") + r.text("function_arn")
	}
	alarms := map[string]bool{}
	for _, r := range p.of("aws_cloudwatch_metric_alarm") {
		dimensions, _ := r.Values["dimensions"].(map[string]any)
		if queue, ok := dimensions["QueueName"].(string); ok && r.text("metric_name") == "ApproximateNumberOfMessagesVisible" {
			actions, _ := r.Values["alarm_actions"].([]any)
			alarms[queue] = len(actions) > 0
		}
	}
	dead := map[string]bool{}
	for _, arn := range redrives {
		dead[arn] = true
	}
	for _, r := range p.of("aws_sqs_queue") {
		switch arn := r.text("arn"); {
		case readers[arn] == "":
			p.Errorf("nobody reads %s", r.Address)
		case dead[arn] && !alarms[r.text("name")]:
			p.Errorf("there is no alarm for %s", r.Address)
		case dead[arn] && !strings.Contains(readers[arn], "onevent-dead-letters"):
			p.Errorf("%s is read by %s", r.Address, readers[arn])
		case !dead[arn] && redrives[r.text("url")] == "":
			p.Errorf("%s has no dead letters", r.Address)
		}
	}
}

// tables holds that they can be restored, and are those of the description.
func (p *policy) tables() {
	var names []string
	for _, r := range p.of("aws_dynamodb_table") {
		names = append(names, strings.TrimPrefix(r.text("name"), "onevent-"))
		if !enabled(r, "point_in_time_recovery") {
			p.Errorf("%s can't be restored", r.Address)
		}
		if !enabled(r, "server_side_encryption") {
			p.Errorf("%s has no key of the account", r.Address)
		}
	}
	slices.Sort(names)
	if want := sorted(p.d.DynamoDB); !slices.Equal(names, want) {
		p.Errorf("the tables are %v, not %v", names, want)
	}
	for _, r := range p.of("aws_iam_role_policy") {
		for _, s := range p.statements(r, "policy") {
			for _, on := range s.Resource {
				name := on[strings.LastIndex(on, "/")+1:]
				if slices.Contains(s.Action, "dynamodb:DeleteItem") && p.d.DynamoDB[strings.TrimPrefix(name, "onevent-")].Keeps {
					p.Errorf("%s may delete from %s", r.Address, name)
				}
			}
		}
	}
}

func enabled(r resource, block string) bool {
	return r.block(block)["enabled"] == true
}

// encryption holds that messages are encrypted where they lie. The topic of alarms
// has names of alarms only, and CloudWatch can't use the key of SNS.
func (p *policy) encryption() {
	for _, r := range p.of("aws_sqs_queue") {
		if r.Values["sqs_managed_sse_enabled"] != true {
			p.Errorf("%s is not encrypted", r.Address)
		}
	}
	for _, r := range p.of("aws_sns_topic") {
		if r.text("kms_master_key_id") == "" && r.text("name") != "onevent-alarms" {
			p.Errorf("%s is not encrypted", r.Address)
		}
	}
}

// mappings holds that a batch is answered message by message, and that every queue
// is hidden for long enough.
func (p *policy) mappings() {
	for _, r := range p.of("aws_lambda_event_source_mapping") {
		if kinds, _ := r.Values["function_response_types"].([]any); len(kinds) != 1 || kinds[0] != "ReportBatchItemFailures" {
			p.Errorf("%s fails whole batches", r.Address)
		}
	}
	for _, r := range p.of("aws_sqs_queue") {
		f, ok := p.d.Functions[strings.TrimPrefix(r.text("name"), "onevent-")]
		if seconds, _ := r.Values["visibility_timeout_seconds"].(float64); ok && int(seconds) < f.VisibilitySeconds {
			p.Errorf("%s hides a message for %v s, not %d", r.Address, seconds, f.VisibilitySeconds)
		}
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
