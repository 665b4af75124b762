//go:build unix

package process

import (
	"os"
	"syscall"
)

// terminate asks all processes of the group that p leads to end. That there is
// none any more is as good.
func terminate(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGTERM) }

// kill ends all processes of the group that p leads.
func kill(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }

// pause stops all processes of the group that p leads, and resume lets them go on.
func pause(p *os.Process) error  { return syscall.Kill(-p.Pid, syscall.SIGSTOP) }
func resume(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGCONT) }
