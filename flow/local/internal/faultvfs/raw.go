package faultvfs

import (
	"unsafe"

	"modernc.org/libc"
)

// SQLite hands over its structures and functions as addresses. These are the
// only places where an address becomes something of Go.

// at returns what lies at an address of SQLite's memory, which Go's collector
// neither moves nor frees.
func at[T any](address uintptr) *T {
	return *(**T)(unsafe.Pointer(&address)) //nolint:gosec // see above
}

// bytesAt returns n bytes of SQLite's memory.
func bytesAt(address uintptr, n int) []byte {
	return unsafe.Slice(at[byte](address), n) //nolint:gosec // see above
}

// function returns the function that SQLite knows by an address.
func function[F any](address uintptr) F {
	return *(*F)(unsafe.Pointer(&address)) //nolint:gosec // see above
}

// addressOf returns the address by which SQLite can call a function, for as long
// as somebody holds the function.
func addressOf[F any](f *F) uintptr {
	return *(*uintptr)(unsafe.Pointer(f)) //nolint:gosec // see above
}

// size returns how many bytes a structure has.
func size[T any]() libc.Tsize_t {
	var v T
	return libc.Tsize_t(unsafe.Sizeof(v))
}
