package edge

import (
	"bytes"
	"net/http"
	"time"
)

const (
	// sseRetry tells a client after how many milliseconds it may come back.
	sseRetry = "retry: 2000\n\n"
	// sseBeat is a comment.
	sseBeat = ":\n\n"
)

// frameOf returns a server-sent event. Without an id the last one holds.
func frameOf(event, id string, data []byte) []byte {
	var b bytes.Buffer
	b.WriteString("event: " + event + "\n")
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	for line := range bytes.SplitSeq(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
		b.WriteString("data: ")
		b.Write(line)
		b.WriteByte('\n')
	}
	b.WriteByte('\n')
	return b.Bytes()
}

// An sse is a stream of server-sent events to one reader.
type sse struct {
	w       http.ResponseWriter
	control *http.ResponseController
	within  time.Duration // that the reader has to take what is written
}

// openSSE begins an answer that does not end by itself.
func openSSE(w http.ResponseWriter, within time.Duration) *sse {
	s := &sse{w: w, control: http.NewResponseController(w), within: within}
	h := w.Header()
	h.Set("Content-Type", streamType)
	h.Set("X-Accel-Buffering", "no") // for proxies that would wait for more
	h.Set("Connection", "close")     // it has no slot among the connections any more
	w.WriteHeader(http.StatusOK)
	return s
}

// write writes frames and sends them, or fails if the reader does not take them
// in time.
func (s *sse) write(frames ...[]byte) error {
	for _, f := range frames {
		s.patience()
		if _, err := s.w.Write(f); err != nil {
			return err
		}
	}
	return s.control.Flush()
}

// patience gives the reader time for what is written next, whatever the server
// allows an answer. What has no connection of its own has no deadlines.
func (s *sse) patience() { _ = s.control.SetWriteDeadline(time.Now().Add(s.within)) }
