package corpus

import (
	"fmt"
	"strconv"
	"strings"
)

// maxLabel is the most bytes of a text in a name.
const maxLabel = 48

// label returns a text as a part of a name: in ASCII, and not long. A text that is
// long is told apart by its length.
func label(text string) string {
	if text == "" {
		return "empty"
	}
	cut := text[:min(len(text), maxLabel)]
	quoted := strings.Trim(strconv.QuoteToASCII(cut), `"`)
	if len(text) > maxLabel {
		quoted = fmt.Sprintf("%s…%d", quoted, len(text))
	}
	return quoted
}

// unique returns texts without those that came before.
func unique(texts ...[]string) []string {
	seen := map[string]bool{}
	var all []string
	for _, list := range texts {
		for _, text := range list {
			if !seen[text] {
				seen[text] = true
				all = append(all, text)
			}
		}
	}
	return all
}

func decimal(n int) string { return strconv.Itoa(n) }
