package local

import (
	"crypto/rand"

	"github.com/onevent/onevent/flow/clock"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/mailbox"
)

// Platform returns all that package flow needs to run on a store, with a broker
// of that store, on the clock of the system.
func Platform(s *Store, b *Broker) driver.Platform {
	return driver.Platform{
		Log: s.Log(), Views: s.Views(), Agenda: s.Agenda(), Publisher: b,
		Clock: clock.System{}, Random: rand.Reader, Mailbox: mailbox.New(), Watcher: s,
	}
}
