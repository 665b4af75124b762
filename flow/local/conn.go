package local

import (
	"context"
	sqldriver "database/sql/driver"
	"errors"
	"io"
	"net/url"
	"path/filepath"
	"strings"

	"modernc.org/sqlite"
)

// A conn is one connection to the database file, for one goroutine at a time,
// with its prepared statements. It calls the driver below database/sql, whose
// pool and conversions cost more than half as much as the writes themselves.
type conn struct {
	raw        sqldriver.Conn
	statements map[string]sqldriver.Stmt
	args       []sqldriver.NamedValue
}

// connect opens the file. The mode is SQLite's: "ro", "rw", or "rwc" to create
// it.
func (d disk) connect(file, mode string) (*conn, error) {
	path := filepath.ToSlash(file)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a Windows volume
	}
	dsn := url.URL{Scheme: "file", Path: path, RawQuery: "mode=" + mode}
	if d.vfs != "" {
		dsn.RawQuery += "&vfs=" + url.QueryEscape(d.vfs)
	}
	raw, err := new(sqlite.Driver).Open(dsn.String())
	if err != nil {
		return nil, err
	}
	c := &conn{raw: raw, statements: map[string]sqldriver.Stmt{}}
	if err := c.script("PRAGMA busy_timeout = 10000"); err != nil { // milliseconds
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// exec runs a statement that returns no rows, and returns how many rows it
// changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return 0, err
	}
	execer, ok := stmt.(sqldriver.StmtExecContext)
	if !ok {
		return 0, errors.ErrUnsupported
	}
	result, err := execer.ExecContext(context.Background(), c.named(args))
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// A row is one row of a result; the values belong to the receiver.
type row []sqldriver.Value

// query calls each for the rows of a result until it returns false.
func (c *conn) query(query string, args []any, each func(row) bool) (err error) {
	stmt, err := c.prepare(query)
	if err != nil {
		return err
	}
	queryer, ok := stmt.(sqldriver.StmtQueryContext)
	if !ok {
		return errors.ErrUnsupported
	}
	rows, err := queryer.QueryContext(context.Background(), c.named(args))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	values := make(row, len(rows.Columns()))
	for {
		switch err := rows.Next(values); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		case !each(values):
			return nil
		}
	}
}

// prepare returns the statement of a query, prepared once for each connection.
func (c *conn) prepare(query string) (sqldriver.Stmt, error) {
	if stmt, ok := c.statements[query]; ok {
		return stmt, nil
	}
	stmt, err := c.raw.Prepare(query)
	if err != nil {
		return nil, err
	}
	c.statements[query] = stmt
	return stmt, nil
}

// named returns the arguments as the driver wants them, good until the next call.
func (c *conn) named(args []any) []sqldriver.NamedValue {
	c.args = c.args[:0]
	for i, a := range args {
		if b, ok := a.([]byte); ok && len(b) == 0 {
			a = nil // nil and empty are the same to everybody above
		}
		c.args = append(c.args, sqldriver.NamedValue{Ordinal: i + 1, Value: a})
	}
	return c.args
}

// script runs statements that are not worth preparing.
func (c *conn) script(statements string) error {
	execer, ok := c.raw.(sqldriver.ExecerContext)
	if !ok {
		return errors.ErrUnsupported
	}
	_, err := execer.ExecContext(context.Background(), statements, nil)
	return err
}

// number returns the one integer that a query returns.
func (c *conn) number(query string, args ...any) (n int64, err error) {
	err = c.query(query, args, func(r row) bool {
		n = r.int(0)
		return false
	})
	return n, err
}

func (c *conn) close() error {
	var errs []error
	for _, stmt := range c.statements {
		errs = append(errs, stmt.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}

// int returns an integer column, and 0 for NULL.
func (r row) int(i int) int64 {
	n, _ := r[i].(int64)
	return n
}

// text returns a text column, and "" for NULL.
func (r row) text(i int) string {
	s, _ := r[i].(string)
	return s
}

// blob returns a blob column, and nil for NULL.
func (r row) blob(i int) []byte {
	b, _ := r[i].([]byte)
	return b
}
