//go:build !linux

package runtime

import (
	"context"
	"net"
)

// dial opens a connection to the Runtime API.
func dial(ctx context.Context, address string) (net.Conn, error) {
	var d net.Dialer
	return d.DialContext(ctx, "tcp", address)
}
