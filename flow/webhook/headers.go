package webhook

import (
	"fmt"
	"strings"
)

// maxHeaderValue is the most bytes of a header that are looked at.
const maxHeaderValue = 4 << 10

// headers are those of a request.
type headers map[string][]string

// one returns the value of a header that must be there once. Names are compared
// without regard to case, whatever a gateway made of them: a header that is there
// twice, in two spellings too, might be read by others as the other one.
func (h headers) one(name string) (string, error) {
	value, found := "", 0
	for n, values := range h {
		if strings.EqualFold(n, name) && len(values) > 0 {
			value, found = values[0], found+len(values)
		}
	}
	switch {
	case found == 0 || found == 1 && value == "":
		return "", fmt.Errorf("the header %s is missing", name)
	case found > 1:
		return "", fmt.Errorf("the header %s is there %d times", name, found)
	case len(value) > maxHeaderValue:
		return "", fmt.Errorf("the header %s holds more than %d bytes", name, maxHeaderValue)
	}
	return value, nil
}
