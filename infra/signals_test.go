package infra_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/aws"
	awshost "github.com/onevent/onevent/flow/aws/host"
	"github.com/onevent/onevent/flow/driver"
	gcphost "github.com/onevent/onevent/flow/gcp/host"
	"github.com/onevent/onevent/flow/logs"
	"github.com/onevent/onevent/flow/memory"
	"github.com/onevent/onevent/flow/schema/intake"
	"github.com/onevent/onevent/functions"
)

// TestWhatIsParkedRaisesTheAlarm holds that the alarms of both clouds are on the line
// that the hosts write when a function gives an event up, however it comes to that,
// and on no other line. The function has nobody who charges cards, so it always
// fails.
func TestWhatIsParkedRaisesTheAlarm(t *testing.T) {
	t.Parallel()
	const requested = `{"payment":"p","consumer":"c","amount":5}`
	for name, way := range map[string]struct {
		data, sequence string
		dead           bool
		others         int // lines
	}{
		"fails for ever":  {requested, "1", false, 9},
		"not as declared": {`{"payment":5}`, "1", false, 0},
		"unreadable":      {requested, "-1", false, 0},
		"dead letter":     {requested, "1", true, 0},
	} {
		for cloud, deliver := range map[string]func(*testing.T, *flow.System, *slog.Logger, delivery){"gcp": push, "aws": batch} {
			t.Run(cloud+" "+name, func(t *testing.T) {
				t.Parallel()
				var written bytes.Buffer
				log, app := logs.New(&written), functions.App(functions.Settings{})
				platform := memory.New().Platform(nobody{})
				platform.Signals = log
				system, err := flow.New(app, platform, intake.Check(app, schemas.Files))
				if err != nil {
					t.Fatal(err)
				}
				for attempt := 1; attempt <= 12 && parked(t, system) == 0; attempt++ {
					deliver(t, system, log, delivery{way.data, way.sequence, way.dead, attempt})
				}
				raised, others := 0, 0
				for line := range strings.Lines(written.String()) {
					if matches(t, alarmPattern(t, cloud), entry(t, cloud, line)) {
						raised++
					} else {
						others++
					}
				}
				if raised != 1 || others != way.others || parked(t, system) != 1 {
					t.Errorf("%d lines raise the alarm, %d others do not; %d events are parked:\n%s", raised, others, parked(t, system), &written)
				}
			})
		}
	}
}

func parked(t *testing.T, system *flow.System) (n int) {
	t.Helper()
	for _, err := range system.Parked(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

// A delivery is one of payment.requested to charge-card.
type delivery struct {
	data, sequence string
	dead           bool
	attempt        int
}

func (d delivery) target() string {
	if d.dead {
		return driver.DeadLetters
	}
	return "charge-card"
}

func (d delivery) attributes() map[string]string {
	return map[string]string{
		"id": "0f-0", "type": "payment.requested", "specversion": "1.0", "source": "/streams/payment/p",
		"time": "2030-01-01T00:00:00Z", "sequence": d.sequence, "correlationid": "c",
	}
}

// nobody gets what is published.
type nobody struct{}

func (nobody) Publish(context.Context, ...driver.Message) error { return nil }

// push delivers as Pub/Sub does.
func push(t *testing.T, system *flow.System, log *slog.Logger, d delivery) {
	t.Helper()
	handler, err := gcphost.For(system, log).Handler(d.target())
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(d.data))
	for name, value := range d.attributes() {
		r.Header.Set("Ce-"+name, value)
	}
	r.Header.Set("Content-Type", "application/json")
	if d.dead {
		r.Header.Set("X-Goog-Pubsub-Subscription-Name", "projects/p/subscriptions/dead-letters~dead-letters")
		r.Header.Set("Cloudpubsubdeadlettersourcesubscription", "projects/p/subscriptions/charge-card~payment.requested")
	}
	handler.ServeHTTP(httptest.NewRecorder(), r)
}

// queues open as those of AWS do, and let the pause be.
type queues struct{ *aws.Broker }

func (queues) Postpone(context.Context, aws.Delivery, error) error { return nil }

// batch delivers as SQS and Lambda do.
func batch(t *testing.T, system *flow.System, log *slog.Logger, d delivery) {
	t.Helper()
	broker, err := aws.NewBroker(aws.BrokerOptions{Account: "1"})
	if err != nil {
		t.Fatal(err)
	}
	handler, err := awshost.For(system, queues{broker}, log).Handler(d.target())
	if err != nil {
		t.Fatal(err)
	}
	body := map[string]any{"data": json.RawMessage(d.data)}
	for name, value := range d.attributes() {
		body[name] = value
	}
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	queue := "arn:aws:sqs:eu-central-1:1:onevent-charge-card"
	if d.dead {
		queue += "-dead"
	}
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{{
		MessageId: "m", Body: string(text), EventSource: "aws:sqs", EventSourceARN: queue,
		Attributes: map[string]string{"ApproximateReceiveCount": strconv.Itoa(d.attempt)},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := handler.Invoke(t.Context(), payload); err != nil {
		t.Fatal(err)
	}
}

// alarmPattern returns what the alarm of a cloud is on, as Terraform has it.
func alarmPattern(t *testing.T, cloud string) string {
	t.Helper()
	file, setting := "aws/modules/function/alarms.tf", `(?m)^  pattern +=( ".*")$`
	if cloud == "gcp" {
		file, setting = "gcp/modules/watch/main.tf", `(?m)^  parked =( ".*")$`
	}
	found := regexp.MustCompile(setting).FindAllStringSubmatch(read(t, file), -1)
	if len(found) != 1 {
		t.Fatalf("%s has %d patterns", file, len(found))
	}
	pattern, err := strconv.Unquote(strings.TrimSpace(found[0][1]))
	if err != nil {
		t.Fatal(err)
	}
	return pattern
}

// entry returns what the log of a cloud makes of a line, by what a pattern calls it.
// That of Google takes the severity out of it.
func entry(t *testing.T, cloud, line string) map[string]string {
	t.Helper()
	var fields map[string]any
	if err := json.Unmarshal([]byte(line), &fields); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	prefix, e := "$.", map[string]string{}
	if cloud == "gcp" {
		prefix, e = "jsonPayload.", map[string]string{"resource.type": "cloud_run_revision", "severity": fmt.Sprint(fields["severity"])}
		delete(fields, "severity")
	}
	for name, value := range fields {
		e[prefix+name] = fmt.Sprint(value)
	}
	return e
}

// matches says whether an entry has all that a pattern asks for. Of the languages of
// both clouds it knows equality, parentheses around it, and "and"; nothing else is
// used.
func matches(t *testing.T, pattern string, e map[string]string) bool {
	t.Helper()
	term := regexp.MustCompile(`^\(?([$.A-Za-z_]+) = "([^"]*)"\)?$`)
	pattern = strings.TrimSuffix(strings.TrimPrefix(pattern, "{ "), " }")
	all := true
	for text := range strings.SplitSeq(strings.ReplaceAll(pattern, " && ", " AND "), " AND ") {
		m := term.FindStringSubmatch(text)
		if m == nil {
			t.Fatalf("the pattern %q has %q", pattern, text)
		}
		all = all && e[m[1]] == m[2]
	}
	return all
}
