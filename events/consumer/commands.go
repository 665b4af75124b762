package consumer

import "github.com/onevent/onevent/events/internal/valid"

// MaxName is how many characters the name of a consumer may have.
const MaxName = 100

// Register asks to become a consumer. Whoever asks chooses the ID.
type Register struct {
	Consumer string `json:"consumer"`
	Name     string `json:"name"`
}

func (Register) Type() string  { return "consumer.register" }
func (c Register) Key() string { return c.Consumer }

// Validate refuses a name that is empty or too long.
func (c Register) Validate() error {
	var v valid.Check
	v.Text("name", c.Name, 1, MaxName)
	return v.Err()
}
