// Package money has the amounts of which events speak.
package money

import "fmt"

// Cents is an amount of money in hundredths of the one currency that the
// application knows.
type Cents int64

// Max is the largest price, total or charge: 100,000.00.
const Max Cents = 10_000_000

// String returns the amount as people write it, as in "12.50".
func (c Cents) String() string {
	sign := ""
	if c < 0 {
		sign, c = "-", -c
	}
	return fmt.Sprintf("%s%d.%02d", sign, c/100, c%100)
}
