package infra_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/infra"
)

// document returns an IAM policy of one statement.
func document(t *testing.T, action, resource string, more map[string]any) string {
	t.Helper()
	s := map[string]any{"Effect": "Allow", "Action": action, "Resource": []string{resource}}
	maps.Copy(s, more)
	data, err := json.Marshal(map[string]any{"Statement": []any{s}})
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// TestPolicyFinds holds that each policy finds what it is for.
func TestPolicyFinds(t *testing.T) {
	t.Parallel()
	const reserve, topics = "onevent-reserve-credit", "arn:aws:sns:eu-central-1:1:onevent-"
	d := infra.Description{
		Functions: map[string]infra.Program{"reserve-credit": {Emits: []string{"credit.reserved"}, VisibilitySeconds: 180}},
		DynamoDB:  map[string]infra.Table{"log": {Keeps: true}},
	}
	grant := func(action, resource string) planned {
		return planned{"aws_iam_role_policy", map[string]any{"role": reserve, "policy": document(t, action, resource, nil)}}
	}
	for want, bad := range map[string]planned{
		"allows sns:*":                 grant("sns:*", topics+"credit-reserved"),
		"is on *":                      grant("sns:Publish", "*"),
		"may publish onevent-order-pl": grant("sns:Publish", topics+"order-placed"),
		"it emits onevent-credit-res":  grant("sqs:ReceiveMessage", "arn:q"),
		"may delete from onevent-log":  grant("dynamodb:DeleteItem", "arn:aws:dynamodb:eu-central-1:1:table/onevent-log"),
		"attaches a policy":            {"aws_iam_role_policy_attachment", nil},
		"is open to everybody":         {"aws_lambda_function_url", map[string]any{"authorization_type": "NONE"}},
		"lets everybody in":            {"aws_lambda_permission", map[string]any{"principal": "*"}},
		"lets map[AWS:*] in": {"aws_sqs_queue_policy", map[string]any{
			"policy": document(t, "sqs:SendMessage", "arn:q", map[string]any{"Principal": map[string]any{"AWS": "*"}}),
		}},
		"lacks block_public_acls":  {"aws_s3_bucket_public_access_block", nil},
		"nobody reads bad":         {"aws_sqs_queue", map[string]any{"arn": "arn:q"}},
		"can't be restored":        {"aws_dynamodb_table", map[string]any{"name": "onevent-log"}},
		"the tables are [other]":   {"aws_dynamodb_table", map[string]any{"name": "onevent-other"}},
		"hides a message for 30 s": {"aws_sqs_queue", map[string]any{"name": reserve, "visibility_timeout_seconds": 30.0}},
		"bad is not encrypted":     {"aws_sns_topic", map[string]any{"name": "onevent-order-created"}},
		"fails whole batches":      {"aws_lambda_event_source_mapping", nil},
	} {
		p := policy{d: d, all: []resource{{Address: "bad", Mode: "managed", Type: bad.typ, Values: bad.values}}}
		if problems := p.check(); !slices.ContainsFunc(problems, func(s string) bool { return strings.Contains(s, want) }) {
			t.Errorf("%s is not found, only %q", want, problems)
		}
	}
}

// TestPolicyFindsLostDeadLetters holds that a queue needs one for dead letters, and
// that these need a reader and an alarm.
func TestPolicyFindsLostDeadLetters(t *testing.T) {
	t.Parallel()
	queue := func(name string) resource {
		return resource{Address: name, Type: "aws_sqs_queue", Values: map[string]any{"arn": "arn:" + name, "url": "url:" + name, "name": name}}
	}
	read := func(queue, by string) resource {
		return resource{Type: "aws_lambda_event_source_mapping", Values: map[string]any{"event_source_arn": "arn:" + queue, "function_name": by}}
	}
	redrive := resource{Type: "aws_sqs_queue_redrive_policy", Values: map[string]any{"queue_url": "url:q", "redrive_policy": `{"deadLetterTargetArn": "arn:dead"}`}}
	alarm := resource{Type: "aws_cloudwatch_metric_alarm", Values: map[string]any{
		"metric_name": "ApproximateNumberOfMessagesVisible", "alarm_actions": []any{"arn:topic"}, "dimensions": map[string]any{"QueueName": "dead"},
	}}
	good := []resource{queue("q"), queue("dead"), read("q", "onevent-f"), read("dead", "onevent-dead-letters"), redrive, alarm}
	for want, all := range map[string][]resource{
		"":                           good,
		"q has no dead letters":      slices.Concat(good[:4], good[5:]),
		"there is no alarm for dead": good[:5],
		"nobody reads dead":          slices.Concat(good[:3], good[4:]),
		"dead is read by onevent-f":  slices.Concat(good[:3], []resource{read("dead", "onevent-f")}, good[4:]),
	} {
		p := policy{all: all}
		p.deadLetters()
		problems := slices.DeleteFunc(p.problems, func(s string) bool { return strings.HasPrefix(s, "there is no aws_") })
		if found := strings.Join(problems, "; "); !strings.Contains(found, want) || want == "" && found != "" {
			t.Errorf("%q is not found, but %q", want, found)
		}
	}
}

// A planned is a resource that is bad: its type and values.
type planned struct {
	typ    string
	values map[string]any
}
