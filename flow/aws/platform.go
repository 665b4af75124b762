package aws

import (
	"crypto/rand"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/mailbox"
)

// Platform returns what flow needs from AWS: a store, who publishes (a Broker),
// the machine's clock and randomness, and mailboxes, which save conflicts where an
// instance handles several messages of a batch at once.
func Platform(s *Store, p driver.Publisher) driver.Platform {
	return driver.Platform{
		Log: s.Log(), Views: s.Views(), Agenda: s.Agenda(), Publisher: p,
		Clock: clock.System{}, Random: rand.Reader, Mailbox: mailbox.New(),
	}
}
