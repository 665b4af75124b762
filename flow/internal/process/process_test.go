//go:build unix

package process_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/internal/process"
)

// start runs a script; what it writes is in the file that is returned.
func start(t *testing.T, script string, env ...string) (*process.Process, string) {
	t.Helper()
	output, err := os.Create(filepath.Join(t.TempDir(), "output"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	p, err := process.Start(t.Context(), process.Program{Args: []string{"/bin/sh", "-c", script}, Env: env, Output: output})
	if err != nil {
		t.Fatal(err)
	}
	return p, output.Name()
}

func TestItEndsByItself(t *testing.T) {
	t.Parallel()
	p, output := start(t, "echo $WHO; exit 3", "WHO=alice")
	<-p.Ended()
	text, err := os.ReadFile(output)
	if err != nil || string(text) != "alice\n" || p.Err() == nil || !strings.Contains(p.Err().Error(), "exit status 3") {
		t.Errorf("%q, %v, ended with %v", text, err, p.Err())
	}
	p.End() // of what has ended
}

func TestEndAsksAndKillDoesNot(t *testing.T) {
	t.Parallel()
	const script = "trap 'echo asked; exit 0' TERM; echo up; while :; do sleep 0.05; done"
	for name, end := range map[string]func(*process.Process){"asked": (*process.Process).End, "": (*process.Process).Kill} {
		p, output := start(t, script)
		for text := ""; !strings.Contains(text, "up"); {
			data, err := os.ReadFile(output)
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		if err := p.Pause(); err != nil {
			t.Error(err)
		}
		if err := p.Resume(); err != nil {
			t.Error(err)
		}
		end(p)
		text, err := os.ReadFile(output)
		if err != nil || strings.Contains(string(text), "asked") != (name == "asked") {
			t.Errorf("it says %q, %v", text, err)
		}
	}
}

func TestStartOfWhatIsNotThere(t *testing.T) {
	t.Parallel()
	if _, err := process.Start(t.Context(), process.Program{Args: []string{"/none"}}); err == nil || !strings.Contains(err.Error(), "/none") {
		t.Errorf("got %v", err)
	}
}
