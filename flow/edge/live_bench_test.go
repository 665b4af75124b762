package edge_test

import (
	"strconv"
	"testing"
)

// BenchmarkFanOut changes a document, and waits until all readers have been told.
func BenchmarkFanOut(b *testing.B) {
	for _, size := range []int{100, 1000, 10_000} {
		b.Run(strconv.Itoa(size)+"-readers", func(b *testing.B) {
			c := newCrowd(b, size)
			boards, times := 0, make([]int64, len(c.seen))
			for b.Loop() {
				boards = boards%2 + 1
				times[boards]++
				c.write("a", boards)
				c.sees(boards, times[boards])
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*size), "ns/reader")
		})
	}
}
