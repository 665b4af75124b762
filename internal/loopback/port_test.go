package loopback_test

import (
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/onevent/onevent/internal/loopback"
)

func TestPortIsFreeAndNotForAnybody(t *testing.T) {
	t.Parallel()
	first := firstOfAnybody(t)
	for range 200 {
		port, err := loopback.Port()
		if err != nil {
			t.Fatal(err)
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1024 || n >= first {
			t.Errorf("port %s, %v; whoever asks for any gets one from %d", port, err, first)
		}
		listener, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			t.Fatal(err)
		}
		defer listener.Close() // all are held, so that they differ
	}
}

// firstOfAnybody returns the first port of those that the system chooses.
func firstOfAnybody(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		return 49152 // not Linux
	}
	first, err := strconv.Atoi(strings.Fields(string(text))[0])
	if err != nil {
		t.Fatal(err)
	}
	if first < 32768 {
		t.Skipf("the system was told to give ports from %d", first)
	}
	return first
}
