package local

import (
	"context"
	"iter"
)

// What an iteration reads at once. Between two pages no connection and no
// snapshot is held, so a slow caller holds up nobody, and may call anything.
const (
	pageRows  = 256
	pageBytes = 4 << 20
)

// A paging is an iteration over the results of a query that ends with LIMIT.
type paging[T any] struct {
	s     *Store
	what  string // for errors
	query string
	limit int // of the query, at most pageRows
	// args returns the arguments for the page after a result; nil: the first.
	args func(last *T) []any
	// read returns the result in a row, and about how many bytes it has.
	read func(row) (T, int)
}

// all iterates over the results, page after page, until the context ends.
func (p paging[T]) all(ctx context.Context) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var last *T
		for more := true; more; {
			page, full, err := p.page(ctx, last)
			for i := range page {
				if err = ctx.Err(); err != nil {
					break
				}
				if !yield(page[i], nil) {
					return
				}
				last = &page[i]
			}
			if err != nil {
				var none T
				yield(none, wrap(p.what, err))
				return
			}
			more = full
		}
	}
}

// page reads one page, and says whether there may be another.
func (p paging[T]) page(ctx context.Context, last *T) (page []T, full bool, err error) {
	bytes := 0
	err = p.s.read(ctx, func(c *conn) error {
		return c.query(p.query, p.args(last), func(r row) bool {
			value, size := p.read(r)
			page = append(page, value)
			bytes += size
			return bytes < pageBytes
		})
	})
	if err != nil {
		return nil, false, err
	}
	return page, len(page) == p.limit || bytes >= pageBytes, nil
}
