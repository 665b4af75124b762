// Package process runs programs that live no longer than this one: emulators, and
// what runs on them.
package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"time"
)

// endWithin is how long a program may take to end by itself.
const endWithin = 5 * time.Second

// A Process is a running program, in a process group of its own.
type Process struct {
	cmd   *exec.Cmd
	ended chan struct{}
	err   error // how it ended, once it has
}

// A Program is what to run: the command with its arguments, and where it writes to,
// which is closed by whoever opened it. Env is added to the environment of this
// process, or is all of it where the program is Apart.
type Program struct {
	Args   []string
	Env    []string
	Apart  bool
	Output *os.File
}

// Start starts a program. It runs until it ends by itself, End or Kill is called,
// ctx ends, or, on Linux, this process dies, however it does.
func Start(ctx context.Context, p Program) (*Process, error) {
	//nolint:gosec // the program is the one the user installed or built
	cmd := exec.CommandContext(ctx, p.Args[0], p.Args[1:]...)
	cmd.Stdout, cmd.Stderr = p.Output, p.Output
	cmd.Env = []string{} // nil would be the environment of this process
	if !p.Apart {
		cmd.Env = os.Environ()
	}
	cmd.Env = append(cmd.Env, p.Env...)
	cmd.SysProcAttr = attributes()
	running := &Process{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error, 1)
	go running.run(started)
	if err := <-started; err != nil {
		return nil, fmt.Errorf("process: %s: %w", p.Args[0], err)
	}
	return running, nil
}

// run starts the process and waits for it on one thread: Linux ties the death of
// a child to that of the thread that started it, not of the process.
func (p *Process) run(started chan<- error) {
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

// Ended is closed when the process has ended.
func (p *Process) Ended() <-chan struct{} { return p.ended }

// Err returns how the process ended, once Ended is closed: nil if with code 0.
func (p *Process) Err() error { return p.err }

// End asks the process to end, makes it end after 5 seconds, and waits. Whatever it
// left behind in its group goes too.
func (p *Process) End() {
	terminate(p.cmd.Process)
	late := time.NewTimer(endWithin)
	defer late.Stop()
	select {
	case <-p.ended:
	case <-late.C:
	}
	p.Kill()
}

// Kill ends the process and its group as a crash does, and waits.
func (p *Process) Kill() {
	kill(p.cmd.Process)
	<-p.ended
}

// Pause stops the process and its group where they are, until Resume. It returns
// errors.ErrUnsupported on Windows.
func (p *Process) Pause() error { return pause(p.cmd.Process) }

// Resume lets a process that was paused go on.
func (p *Process) Resume() error { return resume(p.cmd.Process) }
