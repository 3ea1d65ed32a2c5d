package shard

import "io"

// A chain is stored as CSV, too:
//
//	chain,3,RUN,SETTINGS,SHARDS,0
//	rows,...                                         as in a partial
//	extremes,LEAST,GREATEST
//	link,SHARD,START,BEFORE                          one for each shard that has records
//	end,LINKS,CHECKSUM

// Append appends what is stored of a chain of a plan.
func (c *Chain) Append(dst []byte, p *Plan) []byte {
	w := &writer{b: dst}
	w.text("chain")
	w.number(format)
	w.text(p.Run)
	w.text(p.Settings)
	w.number(int64(len(p.Shards)))
	w.number(0)
	w.end()
	w.rows(c.Bytes, &c.Counts)
	if c.Extremes {
		w.extremes(c.Least, c.Greatest)
	}
	for _, l := range c.Links {
		w.text("link")
		w.number(int64(l.Shard))
		w.number(l.Start)
		w.number(l.Before)
		w.end()
	}
	return w.seal(len(dst), int64(len(c.Links)))
}

// ReadChain reads a chain of a run. It has no places of bad rows.
func ReadChain(src io.Reader, run, settings string) (*Chain, error) {
	r := &Reader{Head: new(Head)}
	r.open(src)
	if !r.s.Next() {
		return nil, r.failed()
	}
	if string(r.s.Field(0)) != "chain" || !r.head() || r.Run != run || r.Settings != settings {
		return nil, ErrPartial
	}
	c := new(Chain)
	for r.s.Next() {
		switch what := string(r.s.Field(0)); what {
		case "link":
			var l Link
			var shard int64
			if !r.numbers(1, &shard, &l.Start, &l.Before) {
				return nil, ErrPartial
			}
			l.Shard = int(shard)
			c.Links = append(c.Links, l)
		case "rows", "extremes":
			if !r.record(what) {
				return nil, ErrPartial
			}
		case "end":
			if !r.ends(int64(len(c.Links))) {
				return nil, ErrPartial
			}
			c.Counts, c.Bytes = r.Counts, r.Bytes
			c.Least, c.Greatest, c.Extremes = r.Least, r.Greatest, r.Head.Extremes
			return c, nil
		default:
			return nil, ErrPartial
		}
	}
	return nil, r.failed()
}
