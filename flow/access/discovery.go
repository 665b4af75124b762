package access

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

const (
	wellKnown = "/.well-known/openid-configuration"
	// maxDocument is the most bytes of what an issuer says.
	maxDocument       = 256 << 10
	maxDocumentHeader = 64 << 10
)

// newClient returns a client with limits. It follows no redirects: an issuer says
// exactly where its keys are.
func newClient() *http.Client {
	return &http.Client{
		Timeout: fetchWithin,
		Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxResponseHeaderBytes: maxDocumentHeader, TLSHandshakeTimeout: fetchWithin,
			DisableKeepAlives: true, // it is asked once an hour
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// fetch asks the issuer where its keys are, and gets them.
func (i *Issuer) fetch(ctx context.Context) ([]key, error) {
	data, err := i.get(ctx, strings.TrimSuffix(i.o.URL, "/")+wellKnown)
	if err != nil {
		return nil, err
	}
	var discovery struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := json.Unmarshal(data, &discovery); err != nil {
		return nil, fmt.Errorf("access: %s: discovery: %w", i.o.URL, err)
	}
	if discovery.Issuer != i.o.URL {
		return nil, fmt.Errorf("access: %s: its discovery document is that of %q", i.o.URL, discovery.Issuer)
	}
	if u, err := url.Parse(discovery.Keys); err != nil || !isSafe(u) {
		return nil, fmt.Errorf("access: %s: its keys are at %q, which is not https", i.o.URL, discovery.Keys)
	}
	if data, err = i.get(ctx, discovery.Keys); err != nil {
		return nil, err
	}
	keys, err := keysOf(data)
	if err != nil {
		return nil, fmt.Errorf("access: %s: %w", discovery.Keys, err)
	}
	return keys, nil
}

func (i *Issuer) get(ctx context.Context, address string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fmt.Errorf("access: %s: %w", address, err)
	}
	r.Header.Set("Accept", "application/json")
	response, err := i.o.Client.Do(r)
	if err != nil {
		return nil, fmt.Errorf("access: %w", err) // which names the address
	}
	defer response.Body.Close() //nolint:errcheck // it is only read
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("access: %s: answers %s", address, response.Status)
	}
	data, err := io.ReadAll(io.LimitReader(response.Body, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = fmt.Errorf("is larger than %d bytes", maxDocument)
	}
	if err != nil {
		return nil, fmt.Errorf("access: %s: %w", address, err)
	}
	return data, nil
}
