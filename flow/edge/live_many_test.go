package edge_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/onevent/onevent/flow/edge"
)

// A pipeListener accepts connections in memory, of which a process may have more
// than of sockets.
type pipeListener struct {
	connections chan net.Conn
	closed      chan struct{}
	close       func()
}

func newPipeListener() *pipeListener {
	l := &pipeListener{connections: make(chan net.Conn), closed: make(chan struct{})}
	l.close = sync.OnceFunc(func() { close(l.closed) })
	return l
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.connections:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	l.close()
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }

// A crowd is many readers of one document, on one server.
type crowd struct {
	*liveRig

	stop  context.CancelFunc
	ended chan error
	// seen counts the readers who saw the n-th board.
	seen []atomic.Int64
	gone sync.WaitGroup
	size int
}

// newCrowd has so many readers follow a document, and returns when all of them
// see it with no boards.
func newCrowd(t testing.TB, size int) *crowd {
	t.Helper()
	c := &crowd{liveRig: newLiveRig(t), size: size, seen: make([]atomic.Int64, 10), ended: make(chan error, 1)}
	c.write("a", 0)
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	listener := newPipeListener()
	go func() {
		c.ended <- edge.Serve(ctx, edge.Server("", edge.New(c.System(), edge.Options{LiveEvery: 1})), listener)
	}()
	t.Cleanup(c.disperse)
	for range size {
		ours, theirs := net.Pipe()
		select {
		case listener.connections <- theirs:
		case <-time.After(feedPatience):
			t.Fatal("the server lets nobody in any more")
		}
		c.gone.Go(func() { c.reads(ours) })
	}
	c.sees(0, 1)
	return c
}

// reads is one reader.
func (c *crowd) reads(connection net.Conn) {
	defer connection.Close()
	if _, err := io.WriteString(connection, "GET "+shelf+" HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n"); err != nil {
		return
	}
	mark := []byte(`"boards":`)
	buffer := make([]byte, 1024) // answers come in pieces that are smaller
	for {
		n, err := connection.Read(buffer)
		if at := bytes.Index(buffer[:n], mark); at >= 0 {
			c.seen[buffer[at+len(mark)]-'0'].Add(1)
		}
		if err != nil {
			return
		}
	}
}

// sees waits until everybody saw a number of boards so many times in all.
func (c *crowd) sees(boards int, times int64) {
	c.t.Helper()
	eventually(c.t, "all readers saw the document", func() bool { return c.seen[boards].Load() >= times*int64(c.size) })
}

func (c *crowd) disperse() {
	c.stop()
	if err := <-c.ended; err != nil && !errors.Is(err, context.Canceled) {
		c.t.Error(err)
	}
	c.gone.Wait()
	eventually(c.t, "nobody watches", func() bool { return c.watcher.now.Load() == 0 })
}

// maxReaderBytes is what a reader may cost, with both ends of his connection and
// the test's goroutine that reads it.
const maxReaderBytes = 64 << 10

// TestTenThousandReaders is not parallel: it measures memory.
func TestTenThousandReaders(t *testing.T) { //nolint:paralleltest // see above
	size := 10_000
	if raceDetector || testing.Short() {
		size = 1000
	}
	// The buffers of so many connections stay in pools for two collections, and
	// would be other tests' that measure.
	t.Cleanup(func() {
		runtime.GC()
		runtime.GC()
	})
	before := memoryInUse()
	c := newCrowd(t, size)
	each := (memoryInUse() - before) / uint64(size)
	t.Logf("%d readers, %d bytes for each", size, each)
	if each > maxReaderBytes && !raceDetector {
		t.Errorf("a reader costs %d bytes, at most %d are allowed", each, maxReaderBytes)
	}
	reads := c.views.gets.Load()
	for boards := 1; boards <= 3; boards++ {
		c.write("a", boards)
		c.sees(boards, 1)
	}
	if n := c.views.gets.Load() - reads; n != 3 || c.watcher.all.Load() != 1 {
		t.Errorf("%d reads and %d watches for 3 changes", n, c.watcher.all.Load())
	}
	for boards := range 4 {
		if n := c.seen[boards].Load(); n != int64(size) {
			t.Errorf("%d readers of %d were told of %d boards", n, size, boards)
		}
	}
}

// memoryInUse returns how many bytes the program's heap and stacks take.
func memoryInUse() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc + m.StackInuse
}
