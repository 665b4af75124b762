package infra

import (
	"cmp"
	"encoding"
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/driver"
	"github.com/onevent/onevent/flow/gcp"
)

// Firestore is what must be declared of a database: the emulator asks for none of
// it.
type Firestore struct {
	// Indexes are the composite indexes, without which queries are refused.
	Indexes []Index `json:"indexes"`
	// Unindexed are the fields from which the automatic indexes of the Standard
	// edition are to be taken off.
	Unindexed []Field `json:"unindexed"`
	// Selected are the fields that are selected by alone: on the Enterprise
	// edition, which has no automatic indexes, each needs one.
	Selected []Field `json:"selected"`
}

// An Index is over several fields of the documents of a collection, ascending.
type Index struct {
	Collection string   `json:"collection"`
	Fields     []string `json:"fields"`
}

// A Field is one field of the documents of a collection.
type Field struct {
	Collection string `json:"collection"`
	Path       string `json:"path"`
}

// documents is where a document's fields lie that queries select by.
const documents = "doc."

func (d *describer) firestore() Firestore {
	var f Firestore
	for _, i := range gcp.Indexes("") {
		f.Indexes = append(f.Indexes, Index{i.Collection, i.Fields})
	}
	f.Selected = []Field{{"events", "correlation"}}
	var views []string
	for _, v := range d.selected(isView) {
		views = append(views, v.Name())
		for _, name := range scalars(v) {
			f.Selected = append(f.Selected, Field{"views-" + v.Name(), documents + name})
		}
	}
	slices.Sort(views)
	for _, u := range gcp.Unindexed("", views...) {
		f.Unindexed = append(f.Unindexed, Field{u.Collection, u.Path})
	}
	slices.SortFunc(f.Selected, func(a, b Field) int {
		return cmp.Or(strings.Compare(a.Collection, b.Collection), strings.Compare(a.Path, b.Path))
	})
	return f
}

func isView(f flow.Function) bool { return f.Kind() == flow.KindView || f.Kind() == flow.KindTally }

// scalars returns the names of the strings, bools and numbers of a view's
// documents, by which they can be selected.
func scalars(view flow.Function) []string {
	zero, err := view.Fold("")
	if err != nil {
		return nil
	}
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeOf(zero)) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if name == "-" || !field.IsExported() || !isScalar(field.Type) {
			continue
		}
		names = append(names, cmp.Or(name, field.Name))
	}
	return names
}

// isScalar says whether a type is a string, a bool or a number in JSON, as types
// with a form of their own mostly are, such as time.Time.
func isScalar(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	if p.Implements(reflect.TypeFor[encoding.TextUnmarshaler]()) || p.Implements(reflect.TypeFor[json.Unmarshaler]()) {
		return true
	}
	k := t.Kind()
	if k == reflect.Pointer {
		return isScalar(t.Elem())
	}
	return k == reflect.String || k == reflect.Bool || reflect.Int <= k && k <= reflect.Uint64 || k == reflect.Float32 || k == reflect.Float64
}

const (
	deliveries             = 20
	minBackoff, maxBackoff = 10 * time.Second, 600 * time.Second
	tickEvery              = time.Minute
	defaultStallAfter      = time.Hour
	maxMessage             = 10_000_000
)

func (d *describer) limits() Limits {
	return Limits{
		RecordBytes: driver.MaxRecordBytes, DocumentBytes: driver.MaxBytes, MessageBytes: maxMessage,
		Deliveries: deliveries, MinBackoffSeconds: seconds(minBackoff), MaxBackoffSeconds: seconds(maxBackoff),
		TickSeconds: seconds(tickEvery), StalledSeconds: seconds(cmp.Or(d.app.Watch.StallAfter, defaultStallAfter)),
	}
}
