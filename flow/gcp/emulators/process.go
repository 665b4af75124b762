package emulators

import (
	"context"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// endWithin is how long an emulator may take to end by itself.
const endWithin = 5 * time.Second

// A process is a running emulator, in a process group of its own.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // how it ended, once it has
}

// launch starts a program that writes to a log. It runs until ctx ends.
func launch(ctx context.Context, p *program, logFile string) (*process, error) {
	output, err := os.OpenFile(logFile, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer output.Close() //nolint:errcheck // the child has its own handle
	//nolint:gosec // the program is the one the user installed
	cmd := exec.CommandContext(ctx, p.args[0], p.args[1:]...)
	cmd.Stdout, cmd.Stderr = output, output
	cmd.SysProcAttr = attributes()
	running := &process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1)
	go running.run(started)
	if err := <-started; err != nil {
		return nil, err
	}
	return running, nil
}

// run starts the process and waits for it on one thread: Linux ties the death of
// a child to that of the thread that started it, not of the process.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	err := p.cmd.Start()
	started <- err
	if err != nil {
		return
	}
	p.err = p.cmd.Wait()
	close(p.ended)
}

// end asks the process to end, makes it end, and waits.
func (p *process) end() {
	terminate(p.cmd.Process)
	late := time.NewTimer(endWithin)
	defer late.Stop()
	select {
	case <-p.ended:
	case <-late.C:
	}
	// Whatever it left behind in its group goes too.
	kill(p.cmd.Process)
	<-p.ended
}
