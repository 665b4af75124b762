package main_test

import (
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the session in README.md with what happened")

// session begins and ends the part of README.md that is a session with the
// emulator: lines that begin with "$ " are commands, the others what they print.
const sessionBegin, sessionEnd = "<!-- session:begin -->\n```console\n", "```\n<!-- session:end -->"

// TestTheReadmeShowsASession runs the commands of README.md's session against an
// emulator, and compares what they print, but for identities and times.
//
//nolint:paralleltest // alone, it is done before the first deadline falls due
func TestTheReadmeShowsASession(t *testing.T) {
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(readme), sessionBegin)
	session, after, ok2 := strings.Cut(rest, sessionEnd)
	if !ok || !ok2 {
		t.Fatal("README.md has no marks for the session")
	}
	cli := filepath.Join(t.TempDir(), "onevent")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", cli, "../cmd/onevent").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	p := start(t, "-data", t.TempDir())
	var told strings.Builder
	for _, step := range strings.Split("\n"+session, "\n$ ")[1:] {
		command, want, _ := strings.Cut(step, "\n")
		told.WriteString("$ " + command + "\n" + p.until(cli, command, want))
	}
	if *update {
		if err := os.WriteFile("../README.md", []byte(before+sessionBegin+told.String()+sessionEnd+after), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if got, want := withoutIdentities(told.String()), withoutIdentities(session); got != want {
		t.Fatalf("README.md shows\n%s\nwhat happened is\n%s", want, got)
	}
}

// until runs a command until it prints what is wanted, or, with -update, prints
// the same for a while: consequences take their time.
func (p *process) until(cli, command, want string) string {
	p.t.Helper()
	shell := strings.ReplaceAll(command, "localhost:8080", strings.TrimPrefix(p.url, "http://"))
	shell = regexp.MustCompile(`go run \./cmd/onevent (\w+)`).ReplaceAllString(shell, cli+" $1 -addr "+p.url)
	var got string
	for range 40 {
		run := exec.CommandContext(p.t.Context(), "sh", "-c", shell)
		run.Dir = ".."
		out, err := run.CombinedOutput()
		if err != nil {
			p.t.Fatalf("%s: %v\n%s", shell, err, out)
		}
		got = strings.TrimRight(string(out), "\n") + "\n"
		same := withoutIdentities(got) == withoutIdentities(strings.TrimRight(want, "\n")+"\n")
		if same || strings.Contains(command, "/commands/") || *update && strings.Contains(got, "completed") {
			break
		}
		time.Sleep(250 * time.Millisecond)
	}
	return got
}

// withoutIdentities returns a text without what may differ from run to run.
func withoutIdentities(text string) string {
	text = regexp.MustCompile(`[0-9a-f]{32}`).ReplaceAllString(text, "ID")
	text = regexp.MustCompile(`"time":\d+`).ReplaceAllString(text, `"time":T`)
	text = regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`).ReplaceAllString(text, "WHEN")
	// The restaurant may answer before it is recorded that it was told.
	text = strings.ReplaceAll(text, `"restaurant.notified","ticket.accepted"`, `"ticket.accepted","restaurant.notified"`)
	// The provider may tell that it has the money before or after the order is completed.
	text = strings.Replace(text, `,"payment.settled"`, "", 1)
	text = regexp.MustCompile(`ch_[0-9a-f]{16}`).ReplaceAllString(text, "CHARGE")
	text = regexp.MustCompile(`\d+(\.\d+)? ?(ms|s|µs)\b`).ReplaceAllString(text, "T")
	return regexp.MustCompile(` +`).ReplaceAllString(text, " ")
}
