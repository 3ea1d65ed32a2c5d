package aws

import (
	"context"
	"crypto/tls"
	"net"

	"reduction/internal/rawio"
)

// open opens a connection to an endpoint.
func (c *Client) open(ctx context.Context, at endpoint) (*conn, error) {
	p, err := c.config.Proxies.proxyFor(at)
	if err != nil {
		return nil, err
	}
	nc, err := c.connect(ctx, at, p)
	if err != nil {
		return nil, err
	}
	cn := newConn(nc, at)
	if !at.tls {
		cn.proxy = p
	}
	return cn, nil
}

// connect dials, and shakes hands where the endpoint is over TLS.
func (c *Client) connect(ctx context.Context, at endpoint, p *proxy) (net.Conn, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, c.config.Connect, ErrStalled)
	defer cancel()
	var nc net.Conn
	var err error
	if p != nil {
		nc, err = c.throughProxy(ctx, p, at)
	} else {
		nc, err = c.config.Dial(ctx, "tcp", at.address())
	}
	if err == nil {
		nc = rawio.Conn(nc)
	}
	if err == nil && at.tls {
		tc := tls.Client(nc, c.trust.config(at.name()))
		if err = tc.HandshakeContext(ctx); err != nil {
			nc.Close()
		}
		nc = tc
	}
	if err != nil && ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	switch {
	case err == ErrStalled:
		return nil, &unreachable{at.host}
	case err != nil:
		return nil, err
	}
	return nc, nil
}

// unreachable is what a function in a VPC sees that has no way to AWS.
type unreachable struct{ host string }

func (e *unreachable) Error() string {
	return e.host + " cannot be reached: a function in a VPC needs an endpoint for the service there, or a NAT gateway"
}
func (e *unreachable) Unwrap() error { return ErrStalled }
