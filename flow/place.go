package flow

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"
)

// A place is where in the source a function was bound. It is put into words only
// when somebody wants to read it: each start of an instance binds all functions.
type place uintptr

// callerPlace returns where the caller's caller was called.
func callerPlace() place {
	var pcs [1]uintptr
	runtime.Callers(3, pcs[:])
	return place(pcs[0])
}

// String returns the place as in "functions/accounting/accounting.go:14": the last
// two folders, the file and the line, which find it in any checkout.
func (p place) String() string {
	if p == 0 {
		return "unknown place"
	}
	frame, _ := runtime.CallersFrames([]uintptr{uintptr(p)}).Next()
	parts := strings.Split(frame.File, "/")
	return fmt.Sprintf("%s:%d", path.Join(parts[max(0, len(parts)-3):]...), frame.Line)
}

// goTypePlace returns the Go name of an event's type with its package's path
// below the module, as in "events/order.Created".
func goTypePlace(e Event) string {
	t := reflect.TypeOf(e)
	if t == nil {
		return "nil"
	}
	parts := strings.Split(t.PkgPath(), "/")
	return path.Join(parts[max(0, len(parts)-2):]...) + "." + t.Name()
}
