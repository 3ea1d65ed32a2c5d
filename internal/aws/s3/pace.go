package s3

import "time"

const (
	// pays is how many times as fast as one connection several must be to go on.
	pays = 1.2

	// soloSpan is how much is fetched over one connection before several are tried again: the
	// network may have changed by then.
	soloSpan = 256 << 20

	// paceSample is the least number of bytes from which a connection's rate is computed.
	paceSample = 256 << 10
)

// pace compares the rate of all connections of an object with the rate that the first one had
// before the others. If the network or the reader is no faster with several connections than with
// one, the others only cost requests. pace counts the bytes of all connections.
//
// A first connection that starts slowly, or is measured for a short time, looks slower than it is.
// Then the others go on, as they would without pace.
type pace struct {
	got      int64   // bytes so far
	alone    float64 // bytes a second of one connection; 1 if that was not measured
	together bool    // helpers bring bytes, too
	since    time.Time
	from     int64 // got at the time since
}

// begin starts a measurement.
func (p *pace) begin(now time.Time) { p.since, p.from = now, p.got }

// solo starts a measurement of a single connection.
func (p *pace) solo(now time.Time) {
	p.together = false
	p.begin(now)
}

func (p *pace) rate(now time.Time) float64 {
	return float64(p.got-p.from) / now.Sub(p.since).Seconds()
}

// came counts n bytes that have arrived. The first bytes of a helper end the measurement of the
// single connection.
func (p *pace) came(n int, helper bool, now time.Time) {
	if helper && !p.together {
		p.alone = 1
		if p.got-p.from >= paceSample {
			p.alone = p.rate(now)
		}
		p.together = true
		p.begin(now)
	}
	p.got += int64(n)
}

// poor reports whether several connections are too slow to pay, compared with one. It answers once
// for every window bytes, and returns false in between.
func (p *pace) poor(window int64, pays float64, now time.Time) bool {
	if !p.together || p.got-p.from < window {
		return false
	}
	rate := p.rate(now)
	p.begin(now)
	return rate < pays*p.alone
}
