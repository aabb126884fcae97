package stdio

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// pipeGrace is how long the pipes of a killed process may stay open: a process
// that left the group can hold them.
const pipeGrace = 500 * time.Millisecond

// A process is one run of the command, with everything that it started.
type process struct {
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *tail
	once   sync.Once
	stop   chan struct{} // closed when it is to end
	done   chan struct{} // closed when it has ended and is reaped

	// Set before stop is closed, and read after done is.
	cause adapter.Fault
	grace time.Duration
	exit  error // set before done is closed
}

// launch starts argv in a process group of its own.
func launch(argv []string, keep int) (*process, error) {
	p := &process{
		cmd:    exec.Command(argv[0], argv[1:]...),
		stderr: &tail{limit: keep},
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	p.cmd.Stderr = p.stderr
	p.cmd.WaitDelay = pipeGrace
	p.cmd.SysProcAttr = ownGroup()
	in, err := p.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.in, p.out = in, bufio.NewReaderSize(out, 64<<10)
	started := make(chan error)
	go p.run(started)
	return p, <-started
}

// run starts the process, and kills and reaps it when it is to end. It keeps
// its thread: on Linux the death of the thread that started a child is what
// tells the child that its parent has died.
func (p *process) run(started chan<- error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	if err := p.cmd.Start(); err != nil {
		started <- err
		return
	}
	started <- nil
	<-p.stop
	// The group is killed before its leader is reaped, while the number of the
	// group cannot belong to anybody else.
	awaitExit(p.cmd.Process, p.grace)
	killGroup(p.cmd.Process)
	p.exit = p.cmd.Wait()
}

// end has the process ended: at once, or when grace is over. The first cause
// stands.
func (p *process) end(cause adapter.Fault, grace time.Duration) {
	p.once.Do(func() {
		p.cause, p.grace = cause, grace
		close(p.stop)
	})
}

// ended reports whether the process is ending or has ended.
func (p *process) ended() bool {
	select {
	case <-p.stop:
		return true
	default:
		return false
	}
}

// status says in words how the process ended; it is called after done.
func (p *process) status() string {
	if p.cmd == nil {
		return "the connection was closed"
	}
	exit, failed := errors.AsType[*exec.ExitError](p.exit)
	switch {
	case p.exit == nil:
		return "exit status 0"
	case failed:
		return exit.ProcessState.String()
	case errors.Is(p.exit, exec.ErrWaitDelay):
		return "ended, but something it started keeps its output open"
	}
	return p.exit.Error()
}

// errTooLong says that a line exceeds the limit.
var errTooLong = errors.New("line too long")

// line reads one line without its end. The bytes are the caller's.
func (p *process) line(limit int) ([]byte, error) {
	var line []byte
	for {
		part, err := p.out.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > limit {
			return line, errTooLong
		}
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		}
	}
}

// A tail keeps the last bytes written to it.
type tail struct {
	mu    sync.Mutex
	limit int
	bytes []byte
	lost  bool
}

// Write never fails: a flood of messages is cut, not an error.
func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.bytes = append(t.bytes, p...)
	// Twice the limit before it is cut, so that each byte is moved about once.
	if len(t.bytes) > 2*t.limit {
		t.cut()
	}
	return len(p), nil
}

func (t *tail) cut() {
	if over := len(t.bytes) - t.limit; over > 0 {
		t.bytes = append(t.bytes[:0], t.bytes[over:]...)
		t.lost = true
	}
}

// String returns what is kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.cut()
	return string(t.bytes)
}

// lastLines returns the last of text for a message: at most ten lines and 2,000
// bytes, indented.
func lastLines(text string) string {
	if over := len(text) - 2000; over > 0 {
		text = text[over:]
	}
	lines := strings.Split(strings.TrimRight(strings.ToValidUTF8(text, "?"), "\r\n"), "\n")
	lines = lines[max(0, len(lines)-10):]
	return "\n    " + strings.Join(lines, "\n    ")
}

// describe names the command in one line.
func describe(argv []string) string {
	words := make([]string, len(argv))
	for i, w := range argv {
		if words[i] = w; w == "" || strings.ContainsAny(w, " \t\r\n'\"\\") {
			words[i] = fmt.Sprintf("%q", w)
		}
	}
	return strings.Join(words, " ")
}

// poll is how often an ending process is looked at.
const poll = 5 * time.Millisecond

// awaitExit returns when the process has ended, without reaping it, or when
// grace is over.
func awaitExit(p *os.Process, grace time.Duration) {
	for left := grace; left > 0 && !exited(p); left -= poll {
		time.Sleep(poll)
	}
}
