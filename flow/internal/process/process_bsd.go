//go:build unix && !linux

package process

import "syscall"

// attributes put a child in a process group of its own. It outlives this process
// if that is killed: only Linux has a way to say otherwise.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true}
}
