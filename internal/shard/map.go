package shard

import (
	"bufio"
	"context"
	"errors"

	"reduction/internal/job"
)

// ErrTask says that a task is not one of its plan.
var ErrTask = errors.New("shard: the task does not belong to the plan")

// Mapper carries out tasks, one at a time. It keeps its buffers from one to the next.
type Mapper struct {
	Source  Source
	Options *job.Options
	Memory  func(bytes int64) error // see aggregate.Table; nil: no limit. job.ErrTooLarge is damage

	rows   *job.Reducer
	in     bufio.Reader
	buffer []byte
}

// headerSize is how much of an object is read for its header: what package job looks at, and what
// the scanner asks for.
const headerSize = 128 << 10

// Map carries out a task and appends its partial to dst. A damaged record, or too little memory, is
// in the partial and is no error. The same task gives the same bytes.
func (m *Mapper) Map(ctx context.Context, dst []byte, p *Plan, t Task) ([]byte, error) {
	s, ok := p.shard(t.Shard)
	if !ok {
		return nil, ErrTask
	}
	if m.rows == nil {
		m.rows = job.NewReducer(*m.Options)
		if m.Memory != nil {
			m.rows.LimitMemory(m.Memory)
		}
	}
	m.rows.Reset()
	h := Head{Run: p.Run, Settings: p.Settings, Task: t}
	table := m.rows.Table()
	for i, piece := range s {
		c, groups := &m.rows.Counts, table.Len()
		rows, skipped, noValue, bad := c.Rows, c.Skipped, c.NoValue, len(c.Bad)
		if i > 0 {
			m.rows.AnotherFile()
		}
		span, bytes, err := m.piece(ctx, p, piece, t.Start)
		span.Rows, span.Skipped, span.NoValue = c.Rows-rows, c.Skipped-skipped, c.NoValue-noValue
		h.Spans = append(h.Spans, span)
		h.add(piece.Object, c.Bad[bad:])
		h.Bytes += bytes
		table.Shift(groups, 0, place(piece.Object, 0))
		if err != nil {
			var ok bool
			if h.Damage, ok = damageOf(piece.Object, err); !ok {
				o := p.object(piece.Object)
				return nil, &job.Error{Bucket: o.Bucket, Key: o.Key, Err: err}
			}
			break
		}
	}
	h.Counts = m.rows.Counts
	h.Counts.Bad = nil // they are in h.Bad
	if h.Damage != nil && h.Damage.Err == job.ErrTooLarge {
		h.tooLarge(h.Damage.Object)
	}
	h.Least, h.Greatest, h.Extremes = table.Extreme()
	partial, err := h.append(dst, p, table, m.Memory)
	if errors.Is(err, job.ErrTooLarge) {
		h.tooLarge(s[0].Object)
		return h.append(dst, p, table, nil)
	}
	return partial, err
}

// tooLarge makes the partial one of a shard that does not fit the memory. Where that shows depends
// on how the bytes arrive, so it has nothing else.
func (h *Head) tooLarge(object int) {
	h.Damage = &Bad{object, &job.RowError{Err: job.ErrTooLarge}}
	h.Counts, h.Bad, h.Bytes, h.Spans = job.Counts{}, nil, 0, h.Spans[:1]
	h.Spans[0].Rows, h.Spans[0].Skipped, h.Spans[0].NoValue = 0, 0, 0
}

// piece reads a piece.
func (m *Mapper) piece(ctx context.Context, p *Plan, piece Piece, start int64) (s Span, bytes int64, err error) {
	o := p.object(piece.Object)
	s = Span{Piece: piece, End: o.Size, Starts: [2]int64{none, none}}
	if p.whole(piece) {
		in := p.reader(ctx, m.Source, piece.Object, 0, o.Size)
		defer in.Close()
		bytes, err = m.rows.ReadFrom(in)
		return s, bytes, err
	}

	header := p.reader(ctx, m.Source, piece.Object, 0, headerSize)
	s.First, s.HeaderRecords, err = m.rows.StartShard(header)
	header.Close()
	if err != nil {
		return s, 0, err
	}
	src := p.reader(ctx, m.Source, piece.Object, max(0, piece.From-1), piece.To+overrun)
	defer src.Close()
	edge := watch(src, piece)
	if m.in.Size() < overrun {
		m.in = *bufio.NewReaderSize(nil, overrun)
	}
	m.in.Reset(edge)
	var before bool // the number of quotes in front of the first record is odd
	switch {
	case piece.From <= s.First: // the header ends here or later
		start = s.First
		_, err = m.in.Discard(int(start - src.from))
	case start == Guess:
		s.First, before, err = guess(&m.in, piece, o.Size)
	case start < piece.From || start >= piece.To:
		err = ErrTask
	default:
		s.First = start
		_, err = m.in.Discard(int(start - src.from))
	}
	if err != nil {
		return s, 0, err
	}
	s.End = s.First
	clean := s.First < piece.To // every record is right, and so has an even number of quotes
	if clean {
		if s.End, s.Records, err = m.rows.ReadShard(&m.in, s.First, piece.To); err != nil {
			s.End, clean = none, false
			if _, damaged := damageOf(0, err); !damaged {
				return s, 0, err
			}
		} else {
			clean = m.rows.Reasons[job.Quotes] == 0
			s.Inside = odd(edge.behind[:s.End-piece.To])
		}
	}
	if start != Guess {
		return s, piece.To - piece.From, err
	}
	s.Odd, s.Starts = before != s.Inside, edge.starts
	if !clean {
		// Rare enough to read the piece again.
		var failed error
		if s.Odd, s.Starts, failed = m.count(ctx, p, piece); failed != nil {
			return s, 0, failed
		}
	}
	return s, piece.To - piece.From, err
}

// count reads a piece only to count its quotes, and to find the starts.
func (m *Mapper) count(ctx context.Context, p *Plan, piece Piece) (quotes bool, starts [2]int64, err error) {
	src := p.reader(ctx, m.Source, piece.Object, piece.From-1, piece.To)
	defer src.Close()
	if m.buffer == nil {
		m.buffer = make([]byte, overrun)
	}
	edge := watch(src, piece)
	quotes, err = edge.count(m.buffer)
	return quotes, edge.starts, err
}
