package access

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// Leeway is how far the clocks of an issuer and of this machine may differ.
const Leeway = time.Minute

// maxRoles is the most roles of a token.
const maxRoles = 100

// claims are what a token says.
type claims struct {
	issuer, subject string
	audience        []string
	// times are there or zero.
	expires, notBefore, issued time.Time
	all                        map[string]json.RawMessage
}

func claimsOf(all map[string]json.RawMessage) (c claims, err error) {
	c.all = all
	for name, into := range map[string]*string{"iss": &c.issuer, "sub": &c.subject} {
		if value, ok := all[name]; ok && !text(value, into) {
			return c, invalid("the token has no text as its " + name)
		}
	}
	if value, ok := all["aud"]; ok {
		var one string
		if text(value, &one) {
			c.audience = []string{one}
		} else if c.audience, ok = texts(value); !ok {
			return c, invalid("the token has neither a text nor texts as its aud")
		}
	}
	for name, into := range map[string]*time.Time{"exp": &c.expires, "nbf": &c.notBefore, "iat": &c.issued} {
		if value, ok := all[name]; ok && !moment(value, into) {
			return c, invalid("the token has no time in seconds as its " + name)
		}
	}
	return c, nil
}

// lastMoment is the year 9999.
const lastMoment = 253402300799

// moment reads a time in seconds since 1970, which may have a fraction.
func moment(data json.RawMessage, into *time.Time) bool {
	seconds, err := strconv.ParseFloat(string(data), 64)
	if err != nil || seconds < 0 || seconds > lastMoment {
		return false
	}
	whole, fraction := math.Modf(seconds)
	*into = time.Unix(int64(whole), int64(fraction*1e9))
	return true
}

// checkTimes returns an error unless a token is good at a time.
func (c claims) checkTimes(now time.Time) error {
	switch {
	case c.expires.IsZero():
		return invalid("the token has no exp: it would be good for ever")
	case !now.Before(c.expires.Add(Leeway)):
		return invalid("the token is expired")
	case now.Add(Leeway).Before(c.notBefore):
		return invalid("the token is not good yet")
	case now.Add(Leeway).Before(c.issued):
		return invalid("the token was issued in the future")
	}
	return nil
}

// roles returns the texts of a claim: a JSON array, or one text with spaces
// between. A name that begins with a slash is a path, as in /realm_access/roles.
// A token without the claim has none.
func (c claims) roles(name string) ([]string, error) {
	value, ok := c.find(name)
	if !ok {
		return nil, nil
	}
	var line string
	if text(value, &line) {
		return limited(strings.Fields(line))
	}
	roles, ok := texts(value)
	if !ok {
		return nil, invalid("the token's roles are neither texts nor a text")
	}
	return limited(roles)
}

func limited(roles []string) ([]string, error) {
	if len(roles) > maxRoles {
		return nil, invalid("the token has more than 100 roles")
	}
	return roles, nil
}

func (c claims) find(name string) (json.RawMessage, bool) {
	path, ok := strings.CutPrefix(name, "/")
	if !ok {
		value, ok := c.all[name]
		return value, ok
	}
	members := c.all
	names := strings.Split(path, "/")
	for _, outer := range names[:len(names)-1] {
		inner, err := object(members[outer])
		if err != nil {
			return nil, false
		}
		members = inner
	}
	value, ok := members[names[len(names)-1]]
	return value, ok
}

// isSubject reports whether a subject can be in the audit trail: it can be read, and
// is not taken for somebody else.
func isSubject(subject string) bool {
	return subject != "" && strings.TrimSpace(subject) == subject && !strings.ContainsFunc(subject, func(c rune) bool { return !unicode.IsPrint(c) })
}
