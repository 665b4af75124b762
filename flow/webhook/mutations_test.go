package webhook_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"time"
)

// A mutation is a request that is not what was signed.
type mutation struct {
	name   string
	header http.Header
	body   []byte
	now    time.Time
	secret string
}

// mutations returns requests that must be refused, made from one that is authentic.
func mutations(s signed, header http.Header, now time.Time) []mutation {
	var all []mutation
	add := func(name string, header http.Header, body []byte) {
		all = append(all, mutation{name, header, body, now, s.secret})
	}
	for name, body := range changed([]byte(s.body)) {
		add("body "+name, header, body)
	}
	for h, values := range header {
		without, twice, other := header.Clone(), header.Clone(), header.Clone()
		delete(without, h)
		twice[h] = append(twice[h], values[0])
		other[strings.ToLower(h)] = values
		add(h+" is missing", without, []byte(s.body))
		add(h+" is there twice", twice, []byte(s.body))
		add(h+" is there in another spelling too", other, []byte(s.body))
		if h == s.unsigned {
			continue
		}
		for name, value := range changed([]byte(values[0])) {
			c := header.Clone()
			c[h] = []string{string(value)}
			add(h+" "+name, c, []byte(s.body))
		}
	}
	for _, secret := range []string{s.other, s.other + "AAAA", strings.Repeat("A", 32)} {
		all = append(all, mutation{"another secret", header, []byte(s.body), now, secret})
	}
	if !s.timeless {
		for _, d := range []time.Duration{301 * time.Second, -301 * time.Second, time.Hour, -time.Hour, 24 * 365 * 200 * time.Hour} {
			all = append(all, mutation{"at another time", header, []byte(s.body), now.Add(d), s.secret})
		}
	}
	return all
}

// changed returns what a text can become by one change.
func changed(text []byte) map[string][]byte {
	all := map[string][]byte{"nothing": {}, "doubled": bytes.Repeat(text, 2), "upper case": bytes.ToUpper(text)}
	if bytes.Equal(all["upper case"], text) {
		delete(all, "upper case")
	}
	for i := range text {
		for _, bit := range []byte{1, 0x20, 0x80} { // the next sign, the other case, no ASCII
			c := bytes.Clone(text)
			c[i] ^= bit
			all[fmt.Sprintf("byte %d ^ %#x", i, bit)] = c
		}
		all[fmt.Sprintf("cut at %d", i)] = text[:i]
		all[fmt.Sprintf("without its first %d", i+1)] = text[i+1:]
		for _, space := range []string{" ", "\n", "\t", "\r\n", "\x00"} {
			all[fmt.Sprintf("%q before %d", space, i)] = append(append(bytes.Clone(text[:i]), space...), text[i:]...)
		}
	}
	for _, end := range []string{" ", "\n", "=", "0", ",", "\x00", ".0"} {
		all[fmt.Sprintf("%q at the end", end)] = append(bytes.Clone(text), end...)
	}
	return all
}
