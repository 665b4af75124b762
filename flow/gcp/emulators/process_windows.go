package emulators

import (
	"os"
	"syscall"
)

func attributes() *syscall.SysProcAttr { return nil }

// terminate does what kill does: Windows has no signal to ask with.
func terminate(p *os.Process) { kill(p) }

func kill(p *os.Process) { _ = p.Kill() }
