package edge

import (
	"context"
	"net/http"
	"time"
)

// tell tells one reader of a topic what is there, and then each change, until
// either side leaves. A reader who does not take what he is told is dropped; he
// comes back and says where he stands.
func (h *hub) tell(w http.ResponseWriter, r *http.Request, t *topic, at reader) error {
	ctx, cancel := context.WithTimeout(r.Context(), h.timeout)
	s, err := t.first(ctx)
	cancel()
	if err != nil {
		return err
	}
	freeSlot(r.Context())
	out := openSSE(w, h.within)
	defer out.patience() // for what the server writes at the end
	beat := time.NewTimer(h.heartbeat)
	defer beat.Stop()
	pending := append([][]byte{[]byte(sseRetry)}, at.next(s)...)
	for s.err == nil {
		if len(pending) > 0 && out.write(pending...) != nil {
			return nil // whoever is gone does not want to know
		}
		select {
		case <-s.replaced:
			s = t.now()
			pending = at.next(s)
			beat.Reset(h.heartbeat)
		case <-beat.C:
			pending = [][]byte{[]byte(sseBeat)}
			beat.Reset(h.heartbeat)
		case <-h.leaving:
			return nil
		case <-stopping(r.Context()):
			return nil
		case <-r.Context().Done():
			return nil
		}
	}
	return nil
}
