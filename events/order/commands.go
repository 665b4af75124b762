package order

import (
	"fmt"

	"github.com/onevent/onevent/events/internal/valid"
	"github.com/onevent/onevent/events/money"
)

const (
	// MaxItems is how many lines an order may have.
	MaxItems = 50
	// MaxQuantity is how many pieces a line may ask for.
	MaxQuantity = 100
	// MaxName is how many characters the name of an item may have.
	MaxName = 100
)

// Place asks for an order. Whoever asks chooses its ID.
type Place struct {
	Order      string `json:"order"`
	Consumer   string `json:"consumer"`
	Restaurant string `json:"restaurant"`
	Items      []Item `json:"items"`
}

// Cancel asks to cancel an order.
type Cancel struct {
	Order string `json:"order"`
}

func (Place) Type() string  { return "order.place" }
func (Cancel) Type() string { return "order.cancel" }

func (c Place) Key() string  { return c.Order }
func (c Cancel) Key() string { return c.Order }

// Validate refuses keys that no stream can have, no or too many items, items
// beyond the limits and a total above money.Max.
func (c Place) Validate() error {
	var v valid.Check
	v.Key("consumer", c.Consumer)
	v.Key("restaurant", c.Restaurant)
	if n := len(c.Items); n < 1 || n > MaxItems {
		v.Add("items", "are %d, 1 to %d are allowed", n, MaxItems)
		return v.Err()
	}
	for i, item := range c.Items {
		at := fmt.Sprintf("items/%d/", i)
		v.Text(at+"name", item.Name, 1, MaxName)
		v.Range(at+"quantity", int64(item.Quantity), 1, MaxQuantity)
		v.Range(at+"price", int64(item.Price), 1, int64(money.Max))
	}
	if v.Err() == nil && Total(c.Items) > money.Max {
		v.Add("items", "cost %v together, the limit is %v", Total(c.Items), money.Max)
	}
	return v.Err()
}
