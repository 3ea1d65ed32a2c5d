package transport

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"syscall"

	"reduction/internal/aws/endpoint"
	"reduction/internal/http1"
	"reduction/internal/rawio"
)

// open opens a connection to an endpoint.
func (p *Pool) open(ctx context.Context, at endpoint.URL) (*conn, error) {
	via, err := p.options.Proxies.proxyFor(at)
	if err != nil {
		return nil, err
	}
	nc, err := p.connect(ctx, at, via)
	if err != nil {
		return nil, err
	}
	cn := &conn{Conn: http1.NewConn(nc), at: at}
	if !at.TLS {
		cn.proxy = via
	}
	return cn, nil
}

// connect dials an endpoint, through a proxy if via is not nil, and makes a TLS handshake if the
// endpoint has TLS.
func (p *Pool) connect(ctx context.Context, at endpoint.URL, via *proxy) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, p.options.Connect, ErrStalled)
	defer cancel()
	var nc net.Conn
	var err error
	if via == nil {
		nc, err = p.reach(ctx, at)
	} else if nc, err = p.throughProxy(ctx, via, at); err == nil && at.TLS {
		nc, err = p.shake(ctx, nc, at)
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	switch {
	case err == ErrStalled:
		return nil, &unreachable{at.Host}
	case errors.Is(err, syscall.ENETUNREACH):
		return nil, &noRoute{at.Host, err}
	case err != nil:
		return nil, err
	}
	return nc, nil
}

// reach dials a server directly, and makes a TLS handshake if the server has TLS.
func (p *Pool) reach(ctx context.Context, at endpoint.URL) (net.Conn, error) {
	nc, err := p.options.Dial(ctx, "tcp", at.Address())
	if err != nil {
		return nil, err
	}
	if nc = rawio.Conn(nc); at.TLS {
		return p.shake(ctx, nc, at)
	}
	return nc, nil
}

// shake makes a TLS handshake on a connection, and returns the connection over TLS.
func (p *Pool) shake(ctx context.Context, nc net.Conn, at endpoint.URL) (net.Conn, error) {
	tc := tls.Client(&readBuffer{Conn: nc}, p.trust.config(at.Name()))
	if err := tc.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, err
	}
	return tc, nil
}

// noRoute is the error in a network without IPv4, for a host without IPv6.
type noRoute struct {
	host string
	err  error
}

func (e *noRoute) Error() string {
	return e.host + ": " + e.err.Error() + ": a network without IPv4 needs AWS_USE_DUALSTACK_ENDPOINT=true"
}
func (e *noRoute) Unwrap() error { return e.err }

// unreachable is the error of a function in a VPC from which AWS cannot be reached.
type unreachable struct{ host string }

func (e *unreachable) Error() string {
	return e.host + " cannot be reached: a function in a VPC needs an endpoint for the service there, or a NAT gateway"
}
func (e *unreachable) Unwrap() error { return ErrStalled }
