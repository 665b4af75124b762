package delivery

// PickUp says for the courier that the food is on its way.
type PickUp struct {
	Delivery string `json:"delivery"`
}

// Deliver says for the courier that the consumer has the food.
type Deliver struct {
	Delivery string `json:"delivery"`
}

func (PickUp) Type() string  { return "delivery.pick_up" }
func (Deliver) Type() string { return "delivery.deliver" }

func (c PickUp) Key() string  { return c.Delivery }
func (c Deliver) Key() string { return c.Delivery }
