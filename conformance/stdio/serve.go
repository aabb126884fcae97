package stdio

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// Serve answers the requests on in from a until the harness says bye or closes
// the line. It returns an error when a line cannot be answered, or not written.
// When ctx ends, in is closed if it is an [io.Closer].
func Serve(ctx context.Context, a adapter.Adapter, in io.Reader, out io.Writer) error {
	if closer, ok := in.(io.Closer); ok {
		defer context.AfterFunc(ctx, func() { _ = closer.Close() })()
	}
	s := server{adapter: a, in: bufio.NewReaderSize(in, 64<<10), out: out}
	for {
		goOn, err := s.one(ctx)
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil || !goOn {
			return err
		}
	}
}

type server struct {
	adapter adapter.Adapter
	in      *bufio.Reader
	out     io.Writer
	broken  error // a failure inside an event, which Do cannot be told
}

// one reads and answers one request, and reports whether to go on.
func (s *server) one(ctx context.Context) (bool, error) {
	line, err := s.read()
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	l, err := adapter.ParseRequest(line)
	if err != nil && l.ID != 0 {
		return true, s.write(adapter.Line{ID: l.ID, Error: adapter.ReportOf(err)})
	}
	if err != nil {
		return false, fmt.Errorf("a request that cannot be answered: %w", err)
	}
	if l.Request == nil {
		return false, errors.New("a reply where a request was due")
	}
	answer, err := s.adapter.Do(ctx, *l.Request, func(e adapter.Event) adapter.Reply { return s.event(l.ID, e) })
	if s.broken != nil {
		return false, s.broken
	}
	_, bye := l.Request.Verb.(adapter.Bye)
	if err != nil {
		return !bye, s.write(adapter.Line{ID: l.ID, Error: adapter.ReportOf(err)})
	}
	return !bye, s.write(adapter.Line{ID: l.ID, Answer: &answer})
}

// event writes an event and waits for the reply if it asks for one.
func (s *server) event(id uint64, e adapter.Event) adapter.Reply {
	if s.broken != nil {
		return adapter.Reply{}
	}
	if s.broken = s.write(adapter.Line{ID: id, Event: &e}); s.broken != nil || !e.Asks() {
		return adapter.Reply{}
	}
	line, err := s.read()
	if err != nil {
		s.broken = fmt.Errorf("waiting for a reply: %w", err)
		return adapter.Reply{}
	}
	l, err := adapter.ParseRequest(line)
	if err != nil || l.ID != id || l.Reply == nil {
		s.broken = errors.Join(errors.New("a reply was due"), err)
		return adapter.Reply{}
	}
	return *l.Reply
}

func (s *server) write(l adapter.Line) error {
	line, err := l.Append(nil)
	if err != nil {
		return err
	}
	if _, err := s.out.Write(line); err != nil {
		return fmt.Errorf("writing an answer: %w", err)
	}
	return nil
}

// read returns the next line without its end; io.EOF when there is none.
func (s *server) read() ([]byte, error) {
	var line []byte
	for {
		part, err := s.in.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case len(line) > adapter.MaxLine:
			return nil, fmt.Errorf("a request is longer than %d bytes", adapter.MaxLine)
		case err == nil:
			return line[:len(line)-1], nil
		case errors.Is(err, io.EOF) && len(line) > 0:
			return nil, io.ErrUnexpectedEOF
		case !errors.Is(err, bufio.ErrBufferFull):
			return nil, err
		}
	}
}
