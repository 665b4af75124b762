package out

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/onevent/onevent/flow"
)

// Path is where all that Handler serves lies.
const Path = "/hooks/"

// Handler serves GET /hooks/{hook}/secrets: {"secrets": […]}, the secrets that sign
// now, the newest first. It asks nobody who he is: put it behind what does.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Path+"{hook}/secrets", func(w http.ResponseWriter, r *http.Request) {
		secrets, err := s.Secrets(r.Context(), r.PathValue("hook"))
		w.Header().Set("Cache-Control", "no-store")
		switch {
		case errors.Is(err, flow.ErrUnknown):
			http.Error(w, "there is no such hook", http.StatusNotFound)
			return
		case err != nil:
			http.Error(w, "the secrets are not available", http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string][]string{"secrets": secrets})
	})
	return mux
}
