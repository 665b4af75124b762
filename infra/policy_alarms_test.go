package infra_test

import (
	"slices"
	"strings"
	"testing"
)

// alarms holds that every alarm tells somebody, and that of what is parked hears of
// every program.
func (p *policy) alarms() {
	heard := map[string]bool{} // groups of logs
	metrics := map[string]bool{}
	for _, r := range p.of("aws_cloudwatch_log_metric_filter") {
		heard[r.text("log_group_name")] = true
		for _, to := range list(r.Values["metric_transformation"]) {
			values, _ := to.(map[string]any)
			metrics[resource{Values: values}.text("namespace")+"/"+resource{Values: values}.text("name")] = true
		}
	}
	for _, r := range p.of("aws_cloudwatch_log_group") {
		if !heard[r.text("name")] {
			p.Errorf("what %s parks is not heard of", r.text("name"))
		}
	}
	for _, r := range p.of("aws_cloudwatch_metric_alarm") {
		if len(list(r.Values["alarm_actions"])) == 0 {
			p.Errorf("%s tells nobody", r.Address)
		}
		delete(metrics, r.text("namespace")+"/"+r.text("metric_name"))
	}
	for _, metric := range sorted(metrics) {
		p.Errorf("there is no alarm on %s", metric)
	}
	for _, metric := range []string{"ApproximateAgeOfOldestMessage", "Errors", "Url5xxCount", "Invocations", "Parked"} {
		if !slices.ContainsFunc(p.of("aws_cloudwatch_metric_alarm"), func(r resource) bool { return r.text("metric_name") == metric }) {
			p.Errorf("there is no alarm on %s at all", metric)
		}
	}
}

func list(value any) []any {
	l, _ := value.([]any)
	return l
}

func TestPolicyFindsWhatNobodyHears(t *testing.T) {
	t.Parallel()
	alarm := func(metric string, actions ...any) resource {
		return resource{Address: metric, Type: "aws_cloudwatch_metric_alarm", Values: map[string]any{
			"namespace": "onevent", "metric_name": metric, "alarm_actions": actions,
		}}
	}
	filter := resource{Type: "aws_cloudwatch_log_metric_filter", Values: map[string]any{
		"log_group_name": "/f", "metric_transformation": []any{map[string]any{"namespace": "onevent", "name": "Parked"}},
	}}
	group := resource{Type: "aws_cloudwatch_log_group", Values: map[string]any{"name": "/f"}}
	const topic = "arn:topic"
	good := []resource{
		alarm("Parked", topic), alarm("Errors", topic), alarm("Url5xxCount", topic), alarm("Invocations", topic),
		alarm("ApproximateAgeOfOldestMessage", topic), filter, group,
	}
	for want, all := range map[string][]resource{
		"":                                      good,
		"Parked tells nobody":                   append([]resource{alarm("Parked")}, good[1:]...),
		"there is no alarm on onevent/Parked":   good[1:],
		"there is no alarm on Errors at all":    slices.Concat(good[:1], good[2:]),
		"what /other parks is not heard of":     append([]resource{{Type: group.Type, Values: map[string]any{"name": "/other"}}}, good...),
		"no aws_cloudwatch_log_metric_filter":   slices.Concat(good[:5], good[6:]),
		"no alarm on Invocations at all":        slices.Concat(good[:3], good[4:]),
		"no alarm on ApproximateAgeOfOldestMes": slices.Concat(good[:4], good[5:]),
	} {
		p := policy{all: all}
		p.alarms()
		if found := strings.Join(p.problems, "; "); !strings.Contains(found, want) || want == "" && found != "" {
			t.Errorf("%q is not found, but %q", want, found)
		}
	}
}

// alarms holds the same of Google: all alarms tell the same people, and the one of
// what is parked is on the same lines as the metric that is drawn.
func (g google) alarms() {
	g.must("google_monitoring_alert_policy", "notification_channels = [for c in google_monitoring_notification_channel.email : c.id]")
	g.must("google_logging_metric", "filter = local.parked")
	if !slices.ContainsFunc(g.of("google_monitoring_alert_policy"), func(b block) bool {
		return b.has("condition_matched_log { filter = local.parked") && b.has("notification_rate_limit {")
	}) {
		g.Error("there is no alarm on what is parked")
	}
	if !slices.ContainsFunc(g.of("google_monitoring_alert_policy"), func(b block) bool { return b.has("condition_absent {") }) {
		g.Error("there is no alarm on ticks that are missing")
	}
	watched, drawn := read(g.T, "gcp/modules/watch/main.tf"), read(g.T, "gcp/modules/watch/dashboard.tf")
	for _, metric := range []string{"oldest_unacked_message_age", "dead_letter_message_count", `response_code_class = \"5xx\"`, "topic/send_request_count"} {
		if !strings.Contains(watched, metric) {
			g.Errorf("there is no alarm on %s", metric)
		}
	}
	if !strings.Contains(drawn, "google_logging_metric.parked.name") {
		g.Error("what is parked is not drawn")
	}
}
