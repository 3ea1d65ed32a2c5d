package aws

import "time"

const (
	// pays is how many times as much as one connection several have to bring.
	pays = 1.2

	// soloSpan is what is fetched over one connection before several are tried again: the
	// network may be another by then.
	soloSpan = 256 << 20

	// paceSample is the least that a connection's rate is told from.
	paceSample = 256 << 10
)

// pace compares what an object's connections bring together with what the first of them
// brought before there were others. Where a network, or a reader that computes, takes no
// more from several than from one, several only cost requests. It is told of all bytes as
// they come, from wherever.
//
// A first connection that starts slowly, or is measured for a short time, looks slower than
// it is: then the others stay, as they would without pace.
type pace struct {
	got      int64   // bytes so far
	alone    float64 // bytes a second of one connection; next to nothing where that is not known
	together bool    // helpers bring bytes, too
	since    time.Time
	from     int64 // got, then
}

// begin starts a measurement.
func (p *pace) begin(now time.Time) { p.since, p.from = now, p.got }

// solo starts one of a single connection.
func (p *pace) solo(now time.Time) {
	p.together = false
	p.begin(now)
}

func (p *pace) rate(now time.Time) float64 {
	return float64(p.got-p.from) / now.Sub(p.since).Seconds()
}

// came counts bytes. With a helper's first, the time of the single connection is over.
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

// poor says, once so many bytes have come since it last did, whether they came no faster
// than one connection would have brought them.
func (p *pace) poor(window int64, pays float64, now time.Time) bool {
	if !p.together || p.got-p.from < window {
		return false
	}
	rate := p.rate(now)
	p.begin(now)
	return rate < pays*p.alone
}
