package outside

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/onevent/onevent/flow/webhook"
)

// A Teller tells the system what happened, by webhooks that it signs by Standard
// Webhooks.
type Teller struct {
	// URL is where the webhooks are taken, as in "http://localhost:8080/webhooks/till".
	URL string
	// Client sends; nil means http.DefaultClient.
	Client *http.Client
	// Secret is the one both sides know, as in "whsec_…".
	Secret string
}

// Tell tells something until the system answers with anything but a fault of its
// own. However often it is told with one id, it counts once.
func (t Teller) Tell(ctx context.Context, id string, fields map[string]any) (status int, err error) {
	body, err := json.Marshal(fields)
	if err != nil {
		return 0, fmt.Errorf("outside: %s: %w", id, err)
	}
	return untilAnswered(ctx, id, func(ctx context.Context) (int, error) {
		signed, err := webhook.SignStandard(id, time.Now(), body, t.Secret)
		if err != nil {
			return 0, err
		}
		return post(ctx, t.Client, t.URL, body, signed)
	})
}
