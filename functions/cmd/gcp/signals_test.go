package main

import (
	"bytes"
	"context"
	"encoding/json"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/protobuf/types/known/emptypb"

	"github.com/onevent/onevent/flow"
)

// asProgram has the test binary be the program.
const asProgram = "ONEVENT_TEST_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// TestParkingIsToldInTheLog holds that the program says so when it parks a message,
// with a Firestore that takes everything.
func TestParkingIsToldInTheLog(t *testing.T) {
	t.Parallel()
	store, free := listen(t), listen(t)
	takesAll := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		if err := stream.RecvMsg(&emptypb.Empty{}); err != nil {
			return err
		}
		return stream.SendMsg(&emptypb.Empty{})
	}))
	go takesAll.Serve(store)
	defer takesAll.Stop()
	address := free.Addr().String()
	free.Close()
	ctx, kill := context.WithTimeout(t.Context(), time.Minute)
	defer kill()
	var log bytes.Buffer
	program := exec.CommandContext(ctx, os.Args[0])
	program.Env = []string{
		asProgram + "=1", "PORT=" + address[strings.LastIndex(address, ":")+1:], "GOOGLE_CLOUD_PROJECT=test", "FUNCTION_TARGET=reserve-credit",
		"FIRESTORE_EMULATOR_HOST=" + store.Addr().String(), "PUBSUB_EMULATOR_HOST=" + store.Addr().String(),
	}
	program.Stderr = &log
	if err := program.Start(); err != nil {
		t.Fatal(err)
	}
	status := push(ctx, t, "http://"+address)
	kill()
	_ = program.Wait() // it was killed
	var line struct{ Severity, Message, Function, Event string }
	for text := range strings.Lines(log.String()) {
		if strings.Contains(text, flow.SignalParked) {
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Error(err)
			}
		}
	}
	if status != http.StatusNoContent || line.Severity != "ERROR" || line.Message != flow.SignalParked || line.Function != "reserve-credit" || line.Event != "77" {
		t.Errorf("answered %d, told %+v:\n%s", status, line, &log)
	}
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return listener
}

// push pushes what is no event until there is an answer, and returns its status.
func push(ctx context.Context, t *testing.T, url string) int {
	t.Helper()
	for {
		r, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("no event"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Goog-Pubsub-Message-Id", "77")
		r.Header.Set("X-Goog-Pubsub-Subscription-Name", "projects/test/subscriptions/reserve-credit~order.created")
		if response, err := http.DefaultClient.Do(r); err == nil {
			response.Body.Close()
			return response.StatusCode
		}
		select {
		case <-ctx.Done():
			t.Fatal("no answer in a minute")
		case <-time.After(5 * time.Millisecond):
		}
	}
}
