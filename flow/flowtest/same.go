package flowtest

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
)

// difference tells the first thing in which the stores of two worlds differ, empty if
// there is none: every record of the log, with its identity, time and hash, every
// head, every document and everything on the agenda.
func (w *World) difference(other *World) (string, error) {
	got, err := w.content()
	if err != nil {
		return "", err
	}
	want, err := other.content()
	return firstDifference(strings.Join(got, "\n"), strings.Join(want, "\n")), err
}

// content returns what the stores hold, a line for each thing.
func (w *World) content() ([]string, error) {
	ctx := w.t.Context()
	lines, err := w.logged(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range w.views {
		for d, err := range w.stores.Views.Query(ctx, v, driver.Query{}) {
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf("document %s/%s %s made of %s", v, d.Key, d.Body, d.Memory))
		}
	}
	for _, kind := range driver.Kinds() {
		for i, err := range w.stores.Agenda.Due(ctx, kind, driver.Forever, 0) {
			if err != nil {
				return nil, err
			}
			lines = append(lines, fmt.Sprintf("%s %s at %s: %s", kind, i.ID, i.Due, i.Body))
		}
	}
	return lines, nil
}

// logged returns the records, in the order of the log, and the heads of their
// streams.
func (w *World) logged(ctx context.Context) (lines []string, err error) {
	streams := map[string]bool{}
	for r, err := range w.stores.Log.Scan(ctx, 0, driver.Forever) {
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("record %s on %s/%d: %d events at %s in %s, hash %s: %s",
			r.ID, r.Stream, r.Seq, r.Count, r.Time, r.Correlation, r.Hash, r.Body))
		if r.Count > 0 {
			streams[r.Stream] = true
		}
	}
	for _, stream := range slices.Sorted(maps.Keys(streams)) {
		h, err := w.stores.Log.Head(ctx, stream)
		if err != nil {
			return nil, err
		}
		lines = append(lines, fmt.Sprintf("head %s/%d at %s in %s, hash %s, state %s %s",
			stream, h.Seq, h.Time, h.Correlation, h.Hash, h.Shape, h.State))
	}
	return lines, nil
}

// viewsOf returns the names of an application's views and tallies.
func viewsOf(app flow.App) (names []string) {
	for _, f := range app.Functions {
		if f.Kind() == flow.KindView || f.Kind() == flow.KindTally {
			names = append(names, f.Name())
		}
	}
	return names
}
