package flow

import (
	"fmt"
	"path"
	"reflect"
	"runtime"
	"strings"
)

// callerPlace returns where the caller's caller was called, as in
// "functions/accounting/accounting.go:14": the last two folders, the file and
// the line, which find it in any checkout.
func callerPlace() string {
	_, file, line, ok := runtime.Caller(2)
	if !ok {
		return "unknown place"
	}
	parts := strings.Split(file, "/")
	return fmt.Sprintf("%s:%d", path.Join(parts[max(0, len(parts)-3):]...), line)
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
