package stdio

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"

	"github.com/assay-cbdc/assay/conformance/adapter"
)

// Dial connects to an adapter that listens at HOST:PORT: the same lines as over
// a child's streams, one conversation on a connection. [Client.Restart] connects
// again; what the adapter keeps between connections is its own. The error is an
// [*adapter.Error] with FaultStart.
func Dial(ctx context.Context, address string, o Options) (*Client, error) {
	return begin(&Client{address: address, options: o, ctx: ctx})
}

// connect is the connection in place of a process.
func connect(ctx context.Context, address string, keep int) (*process, error) {
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	p := &process{
		in: conn, out: bufio.NewReaderSize(conn, 64<<10), stderr: &tail{limit: keep},
		stop: make(chan struct{}), done: make(chan struct{}),
	}
	go func() {
		<-p.stop
		_ = conn.Close()
		close(p.done)
	}()
	return p, nil
}

// Listen serves an adapter at an address, one connection after the other, until
// ctx ends: the adapter is the same one for all of them. Told is called with the
// address as soon as it listens.
func Listen(ctx context.Context, a adapter.Adapter, address string, told func(net.Addr)) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("listening at %s: %w", address, err)
	}
	defer context.AfterFunc(ctx, func() { _ = l.Close() })()
	told(l.Addr())
	for {
		conn, err := l.Accept()
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			return fmt.Errorf("listening at %s: %w", address, err)
		}
		err = Serve(ctx, a, conn, conn) // a conversation that breaks off is the harness's to tell
		_ = conn.Close()
		if ctx.Err() != nil {
			return errors.Join(ctx.Err(), err)
		}
	}
}
