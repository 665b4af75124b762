package sim

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"time"
)

// A trace is what happened, as a hash, and as sentences if somebody wants to read
// them.
type trace struct {
	sum   hash.Hash
	buf   []byte
	told  bool
	lines []line
}

// A line is a sentence of a trace.
type line struct {
	at      time.Duration
	who     string
	what    string
	text    string
	subject string // the flow or stream that it is about
}

func newTrace(told bool) *trace { return &trace{sum: sha256.New(), told: told} }

// step adds that an actor went on.
func (t *trace) step(a *actor, now int64) {
	t.number(a.hash)
	t.number(a.steps)
	t.number(uint64(now)) //nolint:gosec // times are not negative
}

func (t *trace) number(n uint64) {
	t.buf = binary.LittleEndian.AppendUint64(t.buf, n)
	if len(t.buf) >= 4096 {
		t.flush()
	}
}

func (t *trace) flush() {
	t.sum.Write(t.buf)
	t.buf = t.buf[:0]
}

// note adds that something happened; the text is for people.
func (t *trace) note(w *World, a *actor, what, text string) { t.about(w, a, what, "", text) }

// about adds what happened to a flow.
func (t *trace) about(w *World, a *actor, what, subject, text string) {
	t.number(hashOf(what))
	t.number(hashOf(text))
	if !t.told {
		return
	}
	who := "the world"
	if a != nil {
		who = a.name
	}
	if a != nil && a.node != nil {
		who = fmt.Sprintf("node %d.%d, %s", a.node.place, a.node.life, a.name)
	}
	t.lines = append(t.lines, line{at: w.elapsed(), who: who, what: what, subject: subject, text: text})
}

// hash returns the trace's SHA-256, in hexadecimal.
func (t *trace) hash() string {
	t.flush()
	return hex.EncodeToString(t.sum.Sum(nil))
}

// String returns a line as it is read.
func (l line) String() string {
	return fmt.Sprintf("%s  %-44s %-9s %s", clock(l.at), l.who, l.what, l.text)
}

// clock returns a time since the beginning, as in "2d 03:04:05.006".
func clock(d time.Duration) string {
	days := d / (24 * time.Hour)
	text := fmt.Sprintf("%02d:%02d:%02d.%03d", int(d.Hours())%24, int(d.Minutes())%60, int(d.Seconds())%60, d.Milliseconds()%1000)
	if days > 0 {
		return fmt.Sprintf("%dd %s", days, text)
	}
	return "   " + text
}
