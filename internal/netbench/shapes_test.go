//go:build unix

package netbench

import (
	"fmt"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

// BenchmarkShapes is the million rows of BenchmarkNetwork over networks of other shapes, as
// read in an environment's first invocation and in later ones: a round trip of 25 ms and of
// 5, 90 MB/s a connection, and together as much as connections bring, or no more than 150 or
// 75 MB/s. What the number of connections follows is chosen by it.
//
//	go test -run='^$' -bench=Shapes -benchtime=5x ./internal/netbench
func BenchmarkShapes(b *testing.B) {
	for _, trip := range []time.Duration{netRoundTrip, 5 * time.Millisecond} {
		for _, total := range []int64{0, 150e6, 75e6} {
			for _, when := range []string{"first", "kept"} {
				b.Run(fmt.Sprintf("%v/%dMB/%s", trip, total/1e6, when), func(b *testing.B) {
					network := lambdatest.Network{RoundTrip: trip, Bandwidth: netRate, TotalBandwidth: total}
					benchMillion(b, newDistance(b, serverConfig{Network: network, TLS: true}), when == "kept", nil)
				})
			}
		}
	}
}
