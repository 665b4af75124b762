package main

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// FuzzArguments reads command lines, one word a line: nothing panics, and the exit
// code is one of those that the help names. What is sent is JSON, with each word
// in it.
func FuzzArguments(f *testing.F) {
	for _, line := range []string{
		"send\norder.place\norder=1\nconsumer=alice\nrestaurant=r\nlines=[{\"item\":\"soup\",\"quantity\":1,\"price\":100}]\n-key\nk",
		"send\nconsumer.register\nconsumer=\x00\xff\nname=\u2028\n-actor\n\r", "send\n--\n-x=1\n=\nx",
		"log\n-json\n-from\nyesterday\n-type\nx\n-stream\n%2f", "flow\norder/1/2?#", "view\norder-summary\n-where\na=b\n-where\na", "view\n../x\n%00",
		"parked\n-redrive\n../..", "help\nsend", "-h", "", "version\n-v", "log\n-json=maybe",
	} {
		f.Add(line)
	}
	f.Fuzz(func(t *testing.T, line string) {
		args := strings.Split(line, "\n")
		for _, arg := range args {
			name, _, _ := strings.Cut(strings.TrimLeft(arg, "-"), "=")
			if strings.HasPrefix(arg, "-") && slices.Contains([]string{"f", "data", "addr"}, name) {
				return // they name what is not the test's
			}
		}
		if args[0] == "sim" {
			return // it is to work for long
		}
		var out, errs bytes.Buffer
		p := fuzzedProgram(&out, &errs, answers(func(r *http.Request) (int, string) {
			body, err := io.ReadAll(r.Body)
			if err != nil || len(body) > 0 && !json.Valid(body) {
				t.Errorf("sent %q, %v", body, err)
			}
			return http.StatusOK, "{}"
		}))
		if code := p.run(t.Context(), addressed(args)); code < 0 || code > 2 || code > 0 && errs.Len() == 0 {
			t.Fatalf("exit code %d: %s", code, errs.String())
		}
	})
}

// FuzzAnswer has the system answer anything: what is printed ends, obeys no one who
// would command the terminal, and an answer that is none is a failure.
func FuzzAnswer(f *testing.F) {
	const event = `{"id":"a-0","type":"order.created","stream":"order/1","seq":1,"time":1893456000000000,"function":"place-order","command":"order.place","correlation":"c","actor":"x","data":{"order":"1","total":100,"lines":[{}],"note":"\u001b[2J"}}`
	const caused = `{"id":"b-0","type":"credit.reserved","stream":"credit/alice","seq":1,"time":1893456000000001,"function":"reserve-credit","cause":"a-0","correlation":"c","data":{}}`
	for _, seed := range []struct {
		verb   uint8
		status int
		answer string
	}{
		{0, 200, `{"events":[` + event + `,` + caused + `],"next":""}`},
		{1, 200, `{"events":[` + event + `,` + caused + `]}`},
		{1, 200, `{"events":[` + event + `,{"id":"a-0","cause":"a-0"},{"id":"","cause":""},{"id":"","cause":"a-0"}]}`},
		{0, 200, `{"events":[],"next":"again"}`},
		{1, 200, `{"events":[` + event + `],"next":"again"}`},
		{2, 200, `{"documents":[{"key":"a","document":{"on":true}}],"next":"a"}`},
		{3, 200, `{"a":"\u001b]0;x\u0007"}`},
		{4, 200, `{"parked":[{"id":"x","event":` + event + `,"error":"\u009b","attempts":-1}]}`},
		{4, 200, `{"parked":[{"id":"x"}],"next":"x"}`},
		{5, 201, `{"id":"a","stream":"order/1","correlation":"c","events":[` + event + `]}`},
		{5, 409, `{"title":"t","status":"x","detail":"\u202e","code":"c"}`},
		{5, 503, `<html>`},
		{6, 200, `{"events":[{"type":"\u0000","taps":null}]}`},
		{7, 200, `{"functions":[{"name":"x","inputs":["a","b"]}]}`},
		{1, 200, `null`},
		{11, 200, `{"parked":[{"id":"a~abcd-0","message":{"Data":"Gw=="}},{"id":"b~abcd-0"}]}`},
		{12, 200, `{"id":"a~b","event":` + event + `,"error":"\u009b","next":1,"history":[{"at":1,"error":"\u001b","version":"\u001b"}],"versions":["\u001b"]}`},
		{13, 200, `{"retrying":[{"id":"x","held":true}],"next":"x"}`},
		{14, 202, `{"scheduled":-1}`},
		{15, 200, `{"accepted":1,"in_flight":1,"adds_up":true,"stale":1,"broken":1,"first":{"in_flight":[{"type":"\u001b"}],"stale":["\u001b"],"broken":["\u001b"]}}`},
		{16, 200, `{"differ":1,"first":[{"function":"\u001b","stream":"\u001b","was":["\u001b"],"error":"\u001b"}]}`},
		{17, 200, `{"version":"\u001b","paused":[{"function":"\u001b"}],"documents":[{"key":"a","document":{"flow":"f","standing":"\u001b"}}],"next":"a"}`},
	} {
		f.Add(seed.verb, seed.status, []byte(seed.answer), false)
		f.Add(seed.verb, seed.status, []byte(seed.answer), true)
	}
	verbs := [][]string{
		{"log"},
		{"flow", "c"},
		{"view", "order-summary"},
		{"view", "order-summary", "a"},
		{"parked"},
		{"send", "order.cancel", "order=1"},
		{"events"},
		{"functions"},
		{"log", "-json"},
		{"flow", "-json", "order/1"},
		{"send", "-json", "order.cancel"},
		{"parked", "abcd"},
		{"parked", "a~b"},
		{"parked", "-retrying"},
		{"parked", "-redrive-all", "-yes"},
		{"audit"},
		{"audit", "-redecide"},
		{"health"},
	}
	f.Fuzz(func(t *testing.T, verb uint8, status int, answer []byte, terminal bool) {
		if status < 200 || status > 599 {
			return // no client hands it on
		}
		var out, errs bytes.Buffer
		asked := 0
		p := fuzzedProgram(&out, &errs, answers(func(*http.Request) (int, string) {
			if asked++; asked > 1000 {
				t.Fatal("asks for ever")
			}
			return status, string(answer)
		}))
		if terminal {
			p.width = 40
		}
		code := p.run(t.Context(), addressed(verbs[int(verb)%len(verbs)]))
		if code > 2 || code > 0 && errs.Len() == 0 || code == 0 && !json.Valid(answer) {
			t.Fatalf("exit code %d: %s%s", code, out.String(), errs.String())
		}
		for _, text := range []string{out.String(), errs.String()} {
			obedient := func(r rune) bool { return r != '\n' && !unicode.IsPrint(r) }
			if i := strings.IndexFunc(text, obedient); i >= 0 || !utf8.ValidString(text) {
				t.Fatalf("printed %q, at %d", text, i)
			}
		}
	})
}

// An answers is a system that answers as it is told.
type answers func(r *http.Request) (status int, body string)

func (a answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	status, body := a(r)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, body)
}

// addressed returns a command line with an address, with which the program keeps
// the client that it has.
func addressed(args []string) []string {
	if slices.Contains([]string{"help", "-h", "-help", "--help"}, args[0]) {
		return args
	}
	return slices.Insert(slices.Clone(args), 1, "-addr=http://localhost")
}

// fuzzedProgram returns a program that talks to a system.
func fuzzedProgram(out, errs io.Writer, system http.Handler) *program {
	p := newProgram(out)
	p.err = errs
	p.client = &http.Client{Transport: within{system}}
	return p
}
