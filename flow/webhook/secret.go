package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
)

const (
	// fetchWithin is how long fetching a secret may take.
	fetchWithin = 5 * time.Second
	// fetchEvery is for how long a fetched secret is used, and usedFor for how long
	// if it can't be fetched again.
	fetchEvery = 5 * time.Minute
	usedFor    = time.Hour
	// fetchPause is for how long nobody asks again after fetching failed.
	fetchPause = 10 * time.Second
	// maxSecret is the most bytes of a secret, and minSecret the fewest: what is
	// shorter can be guessed.
	maxSecret = 1 << 10
	minSecret = 16
)

var (
	errUnset = errors.New("is not set")
	errShort = fmt.Errorf("holds fewer than %d bytes", minSecret)
)

// A Secret is where a secret is to be had. To rotate one, give a verifier both, the
// new and the old: each counts as long as it is set. The zero Secret is not set.
type Secret struct {
	name string // for errors; never the secret itself
	read func(now time.Time) (string, error)
}

// Text returns a secret that the program holds already: for tests and tools.
func Text(secret string) Secret {
	return Secret{name: "a secret", read: func(time.Time) (string, error) { return secret, nil }}
}

// Env returns the secret in an environment variable, which is read each time. A
// variable that is empty is not set.
func Env(name string) Secret {
	return Secret{name: name, read: func(time.Time) (string, error) { return os.Getenv(name), nil }}
}

// File returns the secret in a file, without the space around it: a mounted volume,
// for example. A change counts within 5 minutes. A file that does not exist is not
// set.
func File(path string) Secret {
	s := Func(func(context.Context) (string, error) { return readFile(path) })
	s.name = path
	return s
}

// Func returns the secret that fetch gets, from the secret manager of a cloud for
// example. It has 5 seconds, and is called again after 5 minutes: as long a change
// takes to count. While it fails, what it got last is used for at most an hour. Empty
// text means that the secret is not set.
func Func(fetch func(context.Context) (string, error)) Secret {
	c := &cache{fetch: fetch}
	return Secret{name: "a fetched secret", read: c.read}
}

// Value returns the secret, at a time, or an error that never holds it.
func (s Secret) Value(now time.Time) (string, error) {
	if s.read == nil {
		return "", errUnset
	}
	text, err := s.read(now)
	switch {
	case err != nil:
		return "", err
	case text == "":
		return "", fmt.Errorf("%s %w", s.name, errUnset)
	case len(text) > maxSecret:
		return "", fmt.Errorf("holds more than %d bytes", maxSecret)
	}
	return text, nil
}

func readFile(path string) (string, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer f.Close() //nolint:errcheck // it is only read
	text, err := io.ReadAll(io.LimitReader(f, maxSecret+2))
	return strings.TrimSpace(string(text)), err
}

// A cache remembers a secret that was fetched. While one caller fetches, the others
// wait for it.
type cache struct {
	fetch func(context.Context) (string, error)

	mu    sync.Mutex
	text  string
	err   error     // of the last time
	got   time.Time // when text was fetched; zero if it never was
	tried time.Time
}

func (c *cache) read(now time.Time) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	pause := fetchEvery
	if c.err != nil {
		pause = fetchPause
	}
	if c.tried.IsZero() || now.Sub(c.tried).Abs() >= pause {
		c.again(now)
	}
	if c.err != nil && (c.got.IsZero() || now.Sub(c.got).Abs() > usedFor) {
		return "", c.err
	}
	return c.text, nil
}

func (c *cache) again(now time.Time) {
	ctx, cancel := context.WithTimeout(context.Background(), fetchWithin)
	defer cancel()
	c.tried = now
	var text string
	if text, c.err = c.fetch(ctx); c.err == nil {
		c.text, c.got = text, now
	}
}

// rawKey returns the key of a scheme whose secrets are any text.
func rawKey(secret string) ([]byte, error) {
	if len(secret) < minSecret {
		return nil, errShort
	}
	return []byte(secret), nil
}
