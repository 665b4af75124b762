package corpus

import (
	"strings"
	"time"
)

// windows has requests that were signed too early or too late, and times that are
// none.
func windows() Group {
	g := Group{Name: "window", About: "webhooks' requests of another time, though signed with the secret"}
	for _, t := range authentic() {
		if t.source == "github" || t.source == "hmac" { // which have no time
			continue
		}
		for _, s := range []int{
			-301, -302, -360, -600, -3600, -86_400, -604_800, -31_536_000, -315_360_000, 301, 302, 360, 600, 3600, 86_400,
			604_800, 31_536_000, 315_360_000, 1_000_000_000,
		} {
			at := Now().Add(time.Duration(s) * time.Second)
			g.refuse(decimal(s)+"s@"+t.source, t.request(sign(schemeOf(t), "msg_1", at, t.body, secret), t.body), 401)
		}
		for _, at := range []int64{0, 1, -1, 1 << 31, 1 << 32, 253402300799, 253402300800, 1 << 53, 1<<62 - 1} {
			g.refuse("at-"+decimal(int(at))+"@"+t.source, t.request(sign(schemeOf(t), "msg_1", time.Unix(at, 0), t.body, secret), t.body), 401)
		}
		for s := range strings.FieldsSeq(times()) {
			g.refuse("form/"+label(s)+"@"+t.source, t.at(s), 401)
		}
		now := unix()
		for i := range now {
			g.refuse("digit-"+decimal(i)+"@"+t.source, t.at(now[:i]+other(now[i])+now[i+1:]), 401)
		}
	}
	return g
}

// times are times that are none, or written as nobody writes them.
func times() string {
	now := unix()
	return "0 -1 -" + now + " +" + now + " 0" + now + " 00000" + now + " " + now + ".0 " + now + ".5 " + now + "000 " + now + "000000 " +
		"0x6d0f3b40 " + now + "e0 1.9e9 1e400 NaN Infinity null now today " +
		"2030-01-01T12:00:00Z 9223372036854775807 9223372036854775808 -9223372036854775808 18446744073709551616 " + now + "," + now + " " +
		"" + now + ";" + now + " " + now + "s " +
		strings.Repeat("9", 100) + " " + strings.Repeat("0", 4000) + " ١٨٩٣٤٩٩٢٠٠ １８９３４９９２００ " + now + "\xff '" + now + "' \"" + now + "\" " +
		"_" + now + " 1_893_499_200 1,893,499,200"
}

// at returns the request with another time, and the signature as it was.
func (t told) at(seconds string) request {
	switch t.source {
	case "stripe":
		return t.with(t.signature, strings.Replace(t.header[t.signature], "t="+unix(), "t="+seconds, 1))
	case "slack":
		return t.with("X-Slack-Request-Timestamp", seconds)
	}
	return t.with("Webhook-Timestamp", seconds)
}
