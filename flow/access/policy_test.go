package access_test

import (
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/access"
	"github.com/onevent/onevent/flow/internal/testapp"
)

func TestNothingIsAllowedByDefault(t *testing.T) {
	t.Parallel()
	var none access.Policy
	empty := access.Policy{{Role: "a"}, {Role: ""}}
	for _, right := range access.Rights(testapp.App(nil)) {
		if none.Allows([]string{"a", "", access.All}, right) || empty.Allows([]string{"a", "", access.All}, right) {
			t.Errorf("%s is allowed", right)
		}
	}
}

func TestCheckFindsWhatIsNotThere(t *testing.T) {
	t.Parallel()
	app := testapp.App(nil)
	good := access.Policy{{Role: "a", Commands: []string{access.All}, Views: []string{access.All}, Operations: []string{access.Audit}}}
	if unused, err := good.Check(app); err != nil || len(unused) != 0 {
		t.Error(unused, err)
	}
	narrow := access.Policy{{Role: "a", Commands: []string{"light.press"}}}
	unused, err := narrow.Check(app)
	if err != nil || len(unused) == 0 {
		t.Error(unused, err)
	}
	for _, right := range unused {
		if right.Name == "light.press" || right.Kind != access.Command && right.Kind != access.View {
			t.Errorf("%s is told to be allowed to nobody", right)
		}
	}
	for problem, p := range map[string]access.Policy{
		"empty":                        {{}},
		"there twice":                  {{Role: "a"}, {Role: "a"}},
		`no command "light.presss"`:    {{Role: "a", Commands: []string{"light.presss"}}},
		`no command "press"`:           {{Role: "a", Commands: []string{"press"}}},
		`no view "light"`:              {{Role: "a", Views: []string{"light"}}},
		`no operation "shutdown"`:      {{Role: "a", Operations: []string{"shutdown"}}},
		`no command ""`:                {{Role: "a", Commands: []string{""}}},
		`role b: there is no view "x"`: {{Role: "a"}, {Role: "b", Views: []string{"x"}}},
	} {
		if _, err := p.Check(app); err == nil || !strings.Contains(err.Error(), problem) {
			t.Errorf("%s: %v", problem, err)
		}
	}
}

func TestTheTableSaysWhatAllowsSays(t *testing.T) {
	t.Parallel()
	app := testapp.App(nil)
	p := access.Policy{
		{Role: "ann|s", Commands: []string{"light.press"}, History: true},
		{Role: "bob", Views: []string{access.All}, Catalogue: true, Impersonate: true},
	}
	lines := strings.Split(strings.TrimSpace(p.Table(app)), "\n")
	rights := access.Rights(app)
	if len(lines) != len(rights)+2 || !strings.Contains(lines[0], `ann\|s`) {
		t.Fatalf("%d lines for %d rights:\n%s", len(lines), len(rights), p.Table(app))
	}
	for i, right := range rights {
		cells := strings.Split(lines[i+2], "|")
		if strings.TrimSpace(cells[1]) != right.String() {
			t.Errorf("%s in place of %s", cells[1], right)
		}
		for j, role := range []string{"ann|s", "bob"} {
			if (strings.TrimSpace(cells[j+2]) == "yes") != p.Allows([]string{role}, right) {
				t.Errorf("%s, %s: %q", right, role, cells[j+2])
			}
		}
	}
}
