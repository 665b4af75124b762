package local

import (
	"fmt"
	"strconv"
)

// A setting is a pragma, and what it must say once it is set.
type setting struct {
	name  string
	value any
	want  string
}

// setUpWriter makes the connection durable and returns an error if one of the
// settings did not take.
func setUpWriter(c *conn, o Options) error {
	levels := map[string]string{"OFF": "0", "NORMAL": "1", "FULL": "2"} // FULL: fsync at every commit
	settings := []setting{
		{"journal_mode", "WAL", "wal"},
		{"synchronous", o.synchronous, levels[o.synchronous]},
		{"fullfsync", "ON", "1"}, // on macOS, where fsync alone is not enough
		{"checkpoint_fullfsync", "ON", "1"},
		{"foreign_keys", "ON", "1"},
		{"trusted_schema", "OFF", "0"},
		{"cell_size_check", "ON", "1"},
		{"cache_size", -64 << 10, "-65536"},          // KiB
		{"wal_autocheckpoint", 0, "0"},               // the writer does it, and hears of errors
		{"journal_size_limit", 64 << 20, "67108864"}, // bytes
		{"temp_store", "MEMORY", "2"},
	}
	if o.maxPages > 0 {
		settings = append(settings, setting{"max_page_count", o.maxPages, strconv.Itoa(o.maxPages)})
	}
	for _, s := range settings {
		if err := s.apply(c); err != nil {
			return err
		}
	}
	return nil
}

func (s setting) apply(c *conn) error {
	if err := c.script(fmt.Sprintf("PRAGMA %s = %v", s.name, s.value)); err != nil {
		return err
	}
	var got string
	err := c.query("PRAGMA "+s.name, nil, func(r row) bool {
		got = fmt.Sprint(r[0])
		return false
	})
	if err == nil && got != s.want {
		err = fmt.Errorf("PRAGMA %s is %s, not %s, on this file system", s.name, got, s.want)
	}
	return err
}
