package docs_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/onevent/onevent/flow/docs"
	"github.com/onevent/onevent/flow/edge"
	"github.com/onevent/onevent/flow/flowtest"
)

// TestOpenAPIHasEveryRouteOfTheEdge reads the routes from the source of the edge,
// and compares them with those of the document.
func TestOpenAPIHasEveryRouteOfTheEdge(t *testing.T) {
	t.Parallel()
	var documented []string
	paths := at(t, tree(t, files(t, food(t))["openapi.json"]), "paths")
	for _, path := range keys(paths) {
		for _, method := range keys(at(t, paths, path)) {
			documented = append(documented, strings.ToUpper(method)+" "+general(path))
		}
	}
	routes := routesOfTheEdge(t)
	if len(routes) < 10 {
		t.Fatalf("found %q in the source", routes)
	}
	for _, r := range routes {
		if !slices.Contains(documented, r) {
			t.Errorf("the edge has %s, which the document does not tell of", r)
		}
	}
	for _, r := range documented {
		if !slices.Contains(routes, r) && !strings.HasPrefix(r, "GET "+docs.Path) {
			t.Errorf("the document tells of %s, which the edge does not have", r)
		}
	}
}

// general returns the path that the edge routes, for one of a command, view or
// webhook.
func general(path string) string {
	parts := strings.Split(path, "/")
	if name, ok := map[string]string{"commands": "{name}", "views": "{name}", "webhooks": "{source}"}[parts[1]]; ok && len(parts) > 2 {
		parts[2] = name
	}
	return strings.Join(parts, "/")
}

// routesOfTheEdge returns the routes that edge.go lists: composite literals that
// begin with http.MethodX and a path.
func routesOfTheEdge(t *testing.T) (routes []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), "../edge/edge.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(tree, func(n ast.Node) bool {
		literal, ok := n.(*ast.CompositeLit)
		if !ok || len(literal.Elts) != 3 {
			return true
		}
		method, ok := literal.Elts[0].(*ast.SelectorExpr)
		if !ok || !strings.HasPrefix(method.Sel.Name, "Method") {
			return true
		}
		path := "/healthz" // the one that is a constant
		if text, ok := literal.Elts[1].(*ast.BasicLit); ok {
			path, _ = strconv.Unquote(text.Value)
		}
		routes = append(routes, strings.ToUpper(strings.TrimPrefix(method.Sel.Name, "Method"))+" "+path)
		return true
	})
	return routes
}

// TestTheEdgeAnswersAsDocumented asks the edge for each documented path of GET
// that needs no key, and compares status and media type.
func TestTheEdgeAnswersAsDocumented(t *testing.T) {
	t.Parallel()
	d := documents(t, grown(), docs.Options{})
	handler := edge.New(flowtest.NewWorld(t, grown(), nil).System(), edge.Options{})
	paths := at(t, tree(t, files(t, d)["openapi.json"]), "paths")
	asked := 0
	for _, path := range keys(paths) {
		if strings.Contains(path, "{") || strings.HasPrefix(path, docs.Path) || !slices.Contains(keys(at(t, paths, path)), "get") {
			continue
		}
		asked++
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/json" {
			t.Errorf("GET %s: %d %s", path, w.Code, w.Body)
		}
	}
	if asked < 6 {
		t.Errorf("asked for %d paths", asked)
	}
}
