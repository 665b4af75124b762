package main

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// transport answers nothing, and remembers what was asked.
type transport struct{ asked *http.Request }

func (t *transport) Do(r *http.Request) (*http.Response, error) {
	t.asked = r
	return nil, errors.New("nobody answers")
}

// What the environment of a Lambda function says reaches the clients.
func TestTheEnvironmentConfiguresTheSDK(t *testing.T) {
	t.Parallel()
	base := map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "KEY", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_SESSION_TOKEN": "token"}
	for host, more := range map[string]string{
		"sqs.eu-central-1.amazonaws.com":      "",
		"sqs-fips.eu-central-1.amazonaws.com": "AWS_USE_FIPS_ENDPOINT=true",
		"sqs.eu-central-1.api.aws":            "AWS_USE_DUALSTACK_ENDPOINT=true",
		"127.0.0.1:7":                         "AWS_ENDPOINT_URL=http://127.0.0.1:7",
		"127.0.0.1:8":                         "AWS_ENDPOINT_URL_SQS=http://127.0.0.1:8",
	} {
		name, value, _ := strings.Cut(more, "=")
		c, err := sdkOf(func(n string) string {
			if n == name {
				return value
			}
			return base[n]
		})
		if err != nil {
			t.Fatal(err)
		}
		var to transport
		c.HTTPClient, c.Retryer = &to, func() aws.Retryer { return aws.NopRetryer{} }
		if _, err := sqs.NewFromConfig(c).ListQueues(t.Context(), &sqs.ListQueuesInput{}); err == nil || to.asked == nil {
			t.Fatalf("%s: %v", host, err)
		}
		if to.asked.Host != host && to.asked.URL.Host != host {
			t.Errorf("%s: asked %s", host, to.asked.URL)
		}
		authorization := to.asked.Header.Get("Authorization")
		if !strings.Contains(authorization, "Credential=KEY/") || !strings.Contains(authorization, "/eu-central-1/sqs/") || to.asked.Header.Get("X-Amz-Security-Token") != "token" {
			t.Errorf("%s: authorization %s", host, authorization)
		}
	}
	for name, want := range map[string]error{"AWS_REGION": errNoRegion, "AWS_ACCESS_KEY_ID": errNoCredentials} {
		if _, err := sdkOf(func(n string) string {
			if n == name {
				return ""
			}
			return base[n]
		}); !errors.Is(err, want) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
