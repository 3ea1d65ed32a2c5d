//go:build !linux

package rawio

import "net"

// Conn returns nc itself: only on Linux there is something to gain.
func Conn(nc net.Conn) net.Conn { return nc }
