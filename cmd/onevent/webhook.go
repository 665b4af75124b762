package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
	"github.com/onevent/onevent/flow/webhook"
)

const webhookHelp = `onevent webhook replay -data copy-of-production
onevent webhook replay -data .onevent -source payments -id msg_2KWPBgLlAfxdpx2AI54pPJ85f4W

Sends again what webhooks took, as the log of a data folder has it, to a system on
this machine. It is signed anew, with the secret in the environment of the source:
PAYMENTS_WEBHOOK_SECRET for payments. What a system has heard before it does not
count again.`

// replayWithin is how long one request may take.
const replayWithin = 10 * time.Second

// A replay is what to send again.
type replay struct {
	source, id, to, scheme string
}

// webhooks sends requests again that webhooks took.
func webhooks(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	var r replay
	f.StringVar(&r.source, "source", "", "`source` of the requests (default: all)")
	f.StringVar(&r.id, "id", "", "the sender's `identity` of the request (default: all)")
	f.StringVar(&r.to, "to", defaultAddr, "`URL` of a system on this machine")
	f.StringVar(&r.scheme, "scheme", "standard", "`scheme` of the signatures: "+strings.Join(webhook.Schemes(), ", "))
	return func(ctx context.Context, words []string) error {
		switch {
		case len(words) != 1 || words[0] != "replay":
			return usageError("onevent webhook replay is all there is; onevent webhook -h shows how")
		case p.data == "":
			return usageError("-data names the folder with the requests")
		case !isLoopback(r.to):
			return usageError("%q is not on this machine: what was told to one system is not for others", r.to)
		}
		return p.replay(ctx, r)
	}
}

// A request is one that a webhook took.
type request struct {
	source, id string
	header     http.Header
	body       []byte
}

func (p *program) replay(ctx context.Context, r replay) error {
	store, err := local.OpenReadOnly(context.WithoutCancel(ctx), p.data, nil)
	if err != nil {
		return err
	}
	p.folder = store
	sent, failed := 0, 0
	for record, err := range store.Log().Scan(ctx, 0, driver.Forever) {
		if err != nil {
			return err
		}
		q, ok, err := requestOf(record)
		if err != nil {
			return err
		}
		if !ok || r.source != "" && q.source != r.source || r.id != "" && q.id != r.id {
			continue
		}
		status, err := p.sendAgain(ctx, r, q)
		if err != nil {
			return err
		}
		sent++
		mark, colour := "✓", green
		if status >= http.StatusBadRequest {
			failed++
			mark, colour = "✗", red
		}
		fmt.Fprintf(p.out, "%s %s %s %d\n", p.paint(colour, mark), clean(q.source), clean(q.id), status)
	}
	switch {
	case failed > 0:
		return fmt.Errorf("%d of %d requests were refused", failed, sent)
	case sent == 0:
		return errors.New("the log has no such request")
	}
	return nil
}

// requestOf returns the request that a record keeps, if it is a webhook's.
func requestOf(record driver.Record) (q request, ok bool, err error) {
	var body struct {
		Command *struct {
			Type string          `json:"type"`
			Data json.RawMessage `json:"data"`
		} `json:"command"`
	}
	if err := json.Unmarshal(record.Body, &body); err != nil {
		return q, false, fmt.Errorf("record %s: %w", record.ID, err)
	}
	if body.Command == nil {
		return q, false, nil
	}
	source, ok := strings.CutPrefix(body.Command.Type, "webhook.")
	if !ok {
		return q, false, nil
	}
	var kept struct {
		ID     string      `json:"id"`
		Header http.Header `json:"header"`
		Body   string      `json:"body"`
		Bytes  []byte      `json:"bytes"`
	}
	if err := json.Unmarshal(body.Command.Data, &kept); err != nil {
		return q, false, fmt.Errorf("record %s: %w", record.ID, err)
	}
	q = request{source: source, id: kept.ID, header: kept.Header, body: kept.Bytes}
	if len(q.body) == 0 {
		q.body = []byte(kept.Body)
	}
	return q, true, nil
}

// sendAgain signs a request anew and sends it. Of its headers only the content's type
// goes with it.
func (p *program) sendAgain(ctx context.Context, r replay, q request) (status int, err error) {
	variable := strings.ToUpper(q.source) + "_WEBHOOK_SECRET"
	secret := p.getenv(variable)
	if secret == "" {
		return 0, usageError("the environment has no %s, to sign with", variable)
	}
	signed, err := webhook.Sign(r.scheme, q.id, time.Now(), q.body, secret)
	if err != nil {
		return 0, fmt.Errorf("%s: %w", variable, err)
	}
	ctx, cancel := context.WithTimeout(ctx, replayWithin)
	defer cancel()
	to, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimRight(r.to, "/")+"/webhooks/"+url.PathEscape(q.source), bytes.NewReader(q.body))
	if err != nil {
		return 0, err
	}
	to.Header.Set("Content-Type", q.header.Get("Content-Type"))
	for name, value := range signed {
		to.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(to)
	if err != nil {
		return 0, noAnswer(ctx, r.to, err)
	}
	defer response.Body.Close() //nolint:errcheck // nothing was written to it
	_, err = io.CopyN(io.Discard, response.Body, maxAnswer)
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return response.StatusCode, err
}

// isLoopback says whether a URL leads to this machine.
func isLoopback(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
