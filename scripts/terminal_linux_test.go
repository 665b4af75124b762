package scripts_test

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"
)

// answered runs scripts/deploy at a terminal, where somebody types.
func (c cloud) answered(t *testing.T, typed string, args ...string) result {
	t.Helper()
	ours, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	defer ours.Close()
	if err := unix.IoctlSetPointerInt(int(ours.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(ours.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	var out, problems strings.Builder
	s := exec.CommandContext(t.Context(), "./deploy", append(args, "--dir", c.dir)...)
	s.Env, s.Stdin, s.Stdout, s.Stderr = c.env, theirs, &out, &problems
	if _, err := io.WriteString(ours, typed); err != nil {
		t.Fatal(err)
	}
	err = s.Run()
	theirs.Close()
	return result{codeOf(t, err), out.String(), problems.String()}
}

func TestItAsks(t *testing.T) {
	t.Parallel()
	for typed, s := range map[string]struct {
		args  string
		code  int
		calls string
	}{
		"y\n":                            {"gcp apply --no-smoke", 0, "init plan push apply"},
		"n\n":                            {"gcp apply --no-smoke", 3, "init plan"},
		"\n":                             {"aws apply --no-smoke", 3, "init plan"},
		"shop-staging\nshop-staging\n":   {"aws destroy", 0, "init plan apply"},
		"shop-staging\nyes\n":            {"aws destroy", 3, "init plan"},
		"yes\nshop-staging\n":            {"gcp destroy", 3, "init plan"},
		"shop-staging \n shop-staging\n": {"gcp destroy", 0, "init plan apply"},
	} {
		c := play(t, nil)
		c.answered(t, typed, strings.Fields(s.args)...).must(t, s.code)
		if calls := c.calls(t); calls != s.calls {
			t.Errorf("%q: it did %s, not %s", typed, calls, s.calls)
		}
	}
}
