package docs

import (
	"reflect"

	"github.com/onevent/onevent/flow"
)

type entry struct {
	Type    string
	Version int
	Event   flow.Event
	Final   bool
}

func entries(c flow.Catalogue) []entry {
	v := reflect.ValueOf(c).FieldByName("entries")
	var all []entry
	for i := range v.Len() {
		e, _ := reflect.TypeAssert[flow.Event](reflect.Zero(v.Index(i).FieldByName("event").Elem().Type()))
		all = append(all, entry{e.Type(), c.Version(e.Type()), e, v.Index(i).FieldByName("final").Bool()})
	}
	return all
}
