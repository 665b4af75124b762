package schema

import (
	"strconv"
	"strings"
)

// compare compares two numbers of JSON by their digits: no float is exact
// enough, and no number may cost more than its length. An exponent that is
// beyond a million is as good as without end.
func compare(a, b string) int {
	x, y := decimalOf(a), decimalOf(b)
	if x.sign != y.sign {
		return x.sign - y.sign
	}
	if x.point != y.point {
		return x.sign * sign(x.point-y.point)
	}
	return x.sign * strings.Compare(x.digits, y.digits)
}

// A decimal is sign * 0.digits * 10^point; digits neither begin nor end with 0.
type decimal struct {
	sign   int
	digits string
	point  int
}

const maxExponent = 1_000_000

func decimalOf(s string) decimal {
	d := decimal{sign: 1}
	s, negative := strings.CutPrefix(s, "-")
	if negative {
		d.sign = -1
	}
	mantissa, exponent, _ := strings.Cut(strings.ToLower(s), "e")
	if exponent != "" {
		n, err := strconv.Atoi(exponent)
		if err != nil && strings.HasPrefix(exponent, "-") {
			n = -maxExponent
		} else if err != nil {
			n = maxExponent
		}
		d.point = max(-maxExponent, min(n, maxExponent))
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	trimmed := strings.TrimLeft(digits, "0")
	d.point += len(whole) - (len(digits) - len(trimmed))
	if d.digits = strings.TrimRight(trimmed, "0"); d.digits == "" {
		return decimal{}
	}
	return d
}

func sign(n int) int {
	switch {
	case n < 0:
		return -1
	case n > 0:
		return 1
	}
	return 0
}
