package driver

import (
	"math"
	"time"
)

// Time is a hybrid-logical-clock time: microseconds since the Unix epoch, UTC.
// It follows the clock on the wall, and runs ahead of it by single microseconds
// where two events would otherwise share a time. It is exact in JSON: the
// largest integer a float64 holds, 2⁵³, is reached in the year 2255.
//
// See Kulkarni et al., Logical Physical Clocks (2014).
type Time int64

// Forever is later than every other time.
const Forever Time = math.MaxInt64

// TimeOf returns t as a Time, cut to the microsecond.
func TimeOf(t time.Time) Time { return Time(t.UnixMicro()) }

// Add returns the time d later; d is cut to the microsecond.
func (t Time) Add(d time.Duration) Time { return t + Time(d.Microseconds()) }

// Time returns t as a time.Time in UTC.
func (t Time) Time() time.Time { return time.UnixMicro(int64(t)).UTC() }

// String returns t as RFC 3339 with six decimals, in UTC.
func (t Time) String() string { return t.Time().Format("2006-01-02T15:04:05.000000Z") }
