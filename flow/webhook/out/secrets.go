package out

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"

	"github.com/onevent/onevent/flow/webhook"
	"github.com/onevent/onevent/flow/webhook/hook"
)

// minMaster is the fewest bytes of a master secret.
const minMaster = 32

// secrets returns the secrets of a hook that sign: of each generation, from each
// master secret.
func (s *Service) secrets(id string, h hook.Hook) ([]string, error) {
	if len(s.options.Masters) == 0 {
		return nil, fmt.Errorf("%w: there is no master secret", webhook.ErrSecrets)
	}
	now := s.options.Now()
	var secrets []string
	for _, generation := range h.Generations() {
		for _, m := range s.options.Masters {
			master, err := m.Value(now)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", webhook.ErrSecrets, err)
			}
			if len(master) < minMaster {
				return nil, errMaster
			}
			secrets = append(secrets, derive(master, id, generation))
		}
	}
	return secrets, nil
}

// derive returns the secret of a generation of a hook: who knows it learns nothing of
// the master secret, or of another.
func derive(master, id string, generation int) string {
	mac := hmac.New(sha256.New, []byte(master))
	fmt.Fprintf(mac, "onevent webhook\n%s\n%d", id, generation)
	return webhook.StandardSecret(mac.Sum(nil))
}
