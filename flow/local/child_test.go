package local_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/local"
)

// Tests of what happens when a process dies run this binary again, as a child
// that plays a part instead of running tests.
const (
	partVariable   = "LOCAL_TEST_PART"
	folderVariable = "LOCAL_TEST_FOLDER"
)

func TestMain(m *testing.M) {
	parts := map[string]func(*local.Store) error{"hold": holdPart, "append": appendPart, "poison": poisonPart}
	part, ok := parts[os.Getenv(partVariable)]
	if !ok {
		os.Exit(m.Run())
	}
	if err := play(part); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func play(part func(*local.Store) error) error {
	store, err := local.Open(context.Background(), os.Getenv(folderVariable), nil)
	if err != nil {
		return err
	}
	say("ready")
	return errors.Join(part(store), store.Close())
}

// say tells the parent something. A line is written at once, so it arrives
// whole or not at all.
func say(words ...string) { fmt.Println(strings.Join(words, " ")) } //nolint:forbidigo // it is the protocol

// A child is a process that plays a part.
type child struct {
	*exec.Cmd
	stdin io.Closer
	lines *bufio.Scanner
}

// start starts a child and waits until it is ready.
func start(t *testing.T, part, dir string) *child {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), partVariable+"="+part, folderVariable+"="+dir)
	cmd.Stderr = os.Stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c := &child{Cmd: cmd, stdin: stdin, lines: bufio.NewScanner(stdout)}
	if !c.lines.Scan() || c.lines.Text() != "ready" {
		t.Fatalf("the child said %q, and ended: %v", c.lines.Text(), cmd.Wait())
	}
	return c
}

// rest returns what the child says until it ends.
func (c *child) rest() (lines []string) {
	for c.lines.Scan() {
		lines = append(lines, c.lines.Text())
	}
	return lines
}

// holdPart keeps the folder open until the parent closes the pipe.
func holdPart(*local.Store) error {
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

const (
	childTopic  = "order.created"
	childSub    = "reserve-credit"
	childHands  = 8
	childPoison = "poison"
	poisonTries = 4
)

// appendPart appends and publishes until it is killed, says what was confirmed,
// and receives half of what it publishes.
func appendPart(store *local.Store) error {
	broker := store.Broker(nil)
	ctx := context.Background()
	if err := broker.Declare(ctx, driver.Subscription{Name: childSub, Topics: []string{childTopic}, Concurrency: 4}); err != nil {
		return err
	}
	failed := make(chan error, childHands+1)
	var all sync.WaitGroup
	for hand := range childHands {
		all.Go(func() { failed <- appendForEver(ctx, store, broker, streamName(hand)) })
	}
	all.Go(func() { failed <- broker.Receive(ctx, childSub, receiveHalf()) })
	return <-failed
}

func streamName(hand int) string { return fmt.Sprintf("order/%d", hand) }

func appendForEver(ctx context.Context, store *local.Store, broker driver.Broker, stream string) error {
	for {
		head, err := store.Log().Head(ctx, stream)
		if err != nil {
			return err
		}
		c := nextCommit(head, int64(head.Seq))
		c.Record.Hash = chained(head.Hash, c.Record)
		c.Head.Hash = c.Record.Hash
		c.Items = []driver.Item{{Kind: driver.Outbox, ID: c.Record.ID, Body: c.Record.Body}}
		if err := store.Log().Commit(ctx, c); err != nil {
			return err
		}
		say("committed", stream, c.Record.ID)
		if err := broker.Publish(ctx, driver.Message{ID: c.Record.ID, Topic: childTopic, Data: c.Record.Body}); err != nil {
			return err
		}
		say("published", stream, c.Record.ID)
	}
}

// receiveHalf returns a handler that is done with every other message.
func receiveHalf() func(context.Context, driver.Message) error {
	var mu sync.Mutex
	n := 0
	return func(_ context.Context, m driver.Message) error {
		mu.Lock()
		n++
		odd := n%2 == 1
		mu.Unlock()
		if odd {
			return errors.New("not now")
		}
		say("done", "-", m.ID)
		return nil
	}
}

// poisonPart receives until a message kills it, or comes as a dead letter.
func poisonPart(store *local.Store) error {
	ctx, cancel := context.WithCancel(context.Background())
	broker := store.Broker(nil)
	var all sync.WaitGroup
	all.Go(func() {
		_ = broker.Receive(ctx, childSub, func(_ context.Context, m driver.Message) error {
			if m.ID == childPoison {
				say("dying", fmt.Sprint(m.Attempt))
				os.Exit(3)
			}
			say("received", m.ID)
			return nil
		})
	})
	err := broker.Receive(ctx, driver.DeadLetters, func(_ context.Context, m driver.Message) error {
		say("dead", m.ID, m.Subscription)
		cancel()
		return nil
	})
	all.Wait()
	return err
}
