package infra_test

import (
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"
)

// A block is a resource as it is written: for a cloud whose provider can't be had, so
// that there is no plan.
type block struct {
	file, kind, typ, name string
	body                  string
}

// blocks returns the top-level blocks with two labels of all files below a folder.
func blocks(t *testing.T, dir string) []block {
	t.Helper()
	header := regexp.MustCompile(`(?m)^(resource|data) "([^"]+)" "([^"]+)" \{`)
	var all []block
	err := fs.WalkDir(os.DirFS(dir), ".", func(file string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(file, ".tf") {
			return err
		}
		data, err := os.ReadFile(dir + "/" + file)
		if err != nil {
			return err
		}
		text := string(data)
		for _, at := range header.FindAllStringSubmatchIndex(text, -1) {
			body, ok := braced(text[at[1]:])
			if !ok {
				t.Errorf("%s: %s is not closed", file, text[at[0]:at[1]])
			}
			all = append(all, block{file, text[at[2]:at[3]], text[at[4]:at[5]], text[at[6]:at[7]], body})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// braced returns what is before the brace that closes, whatever is in quotes or
// comments. In quotes, "${" begins an expression, which may have quotes again.
func braced(text string) (body string, ok bool) {
	closing := []byte{'}'} // the innermost last; '"' within quotes
	for i := 0; i < len(text); i++ {
		last := closing[len(closing)-1]
		switch c := text[i]; {
		case last == '"' && c == '\\':
			i++
		case c == last:
			if closing = closing[:len(closing)-1]; len(closing) == 0 {
				return text[:i], true
			}
		case last == '"':
			if c == '$' && strings.HasPrefix(text[i:], "${") {
				closing = append(closing, '}')
				i++
			}
		case c == '{':
			closing = append(closing, '}')
		case c == '"':
			closing = append(closing, '"')
		case c == '#':
			i += max(strings.IndexByte(text[i:], '\n'), 0)
		}
	}
	return "", false
}

// has says whether a block has a setting, written with single spaces.
func (b block) has(setting string) bool {
	spaces := regexp.MustCompile(`[ \t\n]+`)
	return strings.Contains(spaces.ReplaceAllString(b.body, " "), setting)
}

func TestBraced(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`a = 1 } rest`:                          `a = 1 `,
		`a { b = "}" } } rest`:                  `a { b = "}" } `,
		`a = "${join("}", [x])}" # }` + "\n} x": `a = "${join("}", [x])}" # }` + "\n",
		`a = "\"}" } x`:                         `a = "\"}" `,
	} {
		if body, ok := braced(text); !ok || body != want {
			t.Errorf("%q: %q", text, body)
		}
	}
	if _, ok := braced(`a = "}`); ok {
		t.Error("what is not closed is a block")
	}
}
