package local

import (
	"context"
	"errors"
	"fmt"
)

// A pool holds the connections that read. They cannot write.
type pool struct {
	idle   chan *conn
	closed chan struct{}
}

// newPool opens size connections to the file.
func (d disk) newPool(file string, size int) (*pool, error) {
	p := &pool{idle: make(chan *conn, size), closed: make(chan struct{})}
	for range size {
		c, err := d.connect(file, "ro")
		if err == nil {
			err = setUpReader(c)
			p.idle <- c
		}
		if err != nil {
			for range len(p.idle) {
				err = errors.Join(err, (<-p.idle).close())
			}
			return nil, err
		}
	}
	return p, nil
}

func setUpReader(c *conn) error {
	return c.script("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA trusted_schema = OFF")
}

// use calls f with a connection. It waits for one to be idle, until ctx ends. f
// must not wait for anything, and must not call use.
func (p *pool) use(ctx context.Context, f func(*conn) error) error {
	select {
	case <-p.closed:
		return fmt.Errorf("local: %w", ErrClosed)
	case <-ctx.Done():
		return ctx.Err()
	default:
	}
	select {
	case c := <-p.idle:
		defer func() { p.idle <- c }()
		return explain(f(c))
	case <-ctx.Done():
		return ctx.Err()
	case <-p.closed:
		return fmt.Errorf("local: %w", ErrClosed)
	}
}

// close waits for the connections in use and closes all. It is called once.
func (p *pool) close() error {
	close(p.closed)
	var errs []error
	for range cap(p.idle) {
		errs = append(errs, (<-p.idle).close())
	}
	return errors.Join(errs...)
}
