package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

func TestTheTokenIsSentToTheSystemOnly(t *testing.T) {
	t.Parallel()
	var got []string
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the redirect was followed") }))
	defer thief.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = append(got, r.Header.Get("Authorization"))
		http.Redirect(w, r, thief.URL, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	p := newProgram(&bytes.Buffer{})
	p.getenv = func(name string) string { return map[string]string{tokenVariable: "secret"}[name] }
	if code := p.run(t.Context(), []string{"log", "-addr", server.URL}); code != 1 {
		t.Errorf("exit code %d", code)
	}
	if len(got) != 1 || got[0] != "Bearer secret" {
		t.Errorf("sent %q", got)
	}
}

func TestATokenIsNotForThoseBetween(t *testing.T) {
	t.Parallel()
	for addr, ok := range map[string]bool{
		"https://shop.example": true, "http://localhost:8080": true, "http://127.0.0.1:8080": true, "http://[::1]:8080": true,
		"http://shop.example": false, "http://192.0.2.1": false, "http://localhost.shop.example": false, "http://10.0.0.1:8080": false,
	} {
		if _, err := clientFor(addr, "secret"); (err == nil) != ok {
			t.Errorf("%s: %v", addr, err)
		}
		if client, err := clientFor(addr, ""); err != nil || client != http.DefaultClient {
			t.Errorf("%s without a token: %v", addr, err)
		}
	}
}

func TestPolicyIsPrinted(t *testing.T) {
	t.Parallel()
	want, err := os.ReadFile("../../functions/testdata/policy.md")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	p := newProgram(&out)
	if code := p.run(t.Context(), []string{"policy"}); code != 0 || !strings.HasPrefix(out.String(), string(want)) {
		t.Errorf("%d:\n%s", code, out.String())
	}
}
