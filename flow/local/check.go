package local

import (
	"errors"
	"fmt"
	"os"
)

// checkBelow is the size, in bytes, of the largest file that is checked page by
// page when it is opened: about a tenth of a second.
const checkBelow = 64 << 20

// inspect looks at a file through a connection that cannot change it.
func (d disk) inspect(file string) (err error) {
	c, err := d.connect(file, "ro")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, c.close()) }()
	if err := checkVersion(c); err != nil {
		return err
	}
	return checkPages(c, file)
}

// checkVersion returns an error unless the file is one of this program's, with
// a schema that it knows.
func checkVersion(c *conn) error {
	id, err := c.number("PRAGMA application_id")
	if err != nil {
		return err
	}
	version, err := c.number("PRAGMA user_version")
	switch {
	case err != nil:
		return err
	case id != applicationID:
		return errors.New("it is an SQLite database of another program; name another folder")
	case version > schemaVersion:
		return fmt.Errorf("%w: its schema is %d, this program knows %d; use a newer one", ErrNewer, version, schemaVersion)
	case version < schemaVersion:
		return fmt.Errorf("%w: its schema is %d, which never existed", ErrDamaged, version)
	default:
		return nil
	}
}

// checkPages returns an error if a page of the file, unless it is large, is not
// what a page should be. Changes of content that leave a page well formed are
// not found by this; the hashes in the log find them.
func checkPages(c *conn, file string) error {
	info, err := os.Stat(file)
	if err != nil || info.Size() >= checkBelow {
		return err
	}
	var found string
	err = c.query("PRAGMA quick_check(1)", nil, func(r row) bool {
		found = r.text(0)
		return false
	})
	if err == nil && found != "ok" {
		err = fmt.Errorf("%w: %s; put back a copy from a backup; the file was left as it is", ErrDamaged, found)
	}
	return err
}

// checkLength returns an error if the file is shorter than it says, whatever its
// size, once all that was committed is in it.
func checkLength(c *conn, file string) error {
	busy, err := c.number("PRAGMA wal_checkpoint(TRUNCATE)")
	if err != nil || busy != 0 { // somebody reads: the log beside the file may have to stay
		return err
	}
	pages, err := c.number("PRAGMA page_count")
	if err != nil {
		return err
	}
	pageSize, err := c.number("PRAGMA page_size")
	if err != nil {
		return err
	}
	info, err := os.Stat(file)
	if err == nil && info.Size() < pages*pageSize {
		err = fmt.Errorf("%w: it has %d bytes, but says it has %d; put back a copy from a backup",
			ErrDamaged, info.Size(), pages*pageSize)
	}
	return err
}
