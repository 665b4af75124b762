package main

import (
	"bytes"
	"encoding/pem"

	"golang.org/x/crypto/x509roots/fallback/bundle"
)

// roots returns, as PEM, who is trusted to say who a server is: Mozilla's list, of the
// version that go.mod names. A root that is trusted with a condition only is left out,
// since PEM can't tell conditions.
func roots() ([]byte, error) {
	var list bytes.Buffer
	for root := range bundle.Roots() {
		if root.Constraint != nil {
			continue
		}
		if err := pem.Encode(&list, &pem.Block{Type: "CERTIFICATE", Bytes: root.Certificate}); err != nil {
			return nil, err
		}
	}
	return list.Bytes(), nil
}
