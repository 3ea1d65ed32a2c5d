package csvfast

import (
	"errors"
	"strings"
	"testing"
)

// The Scanner asks for the memory of its buffers, and no more. If it is refused, it stops after the
// records that it has found, with an error that names the place.
func TestMemory(t *testing.T) {
	const rows = 1000
	csv := strings.Repeat("a,b\n", rows) + strings.Repeat(",", 900_000) + "\nc,d\n"
	errFull := errors.New("full")
	scan := func(limit int64) (s *Scanner, records, most int64) {
		var held int64
		s = new(Scanner)
		s.Memory = func(bytes int64) error {
			if held+bytes > limit {
				return errFull
			}
			held += bytes
			most = max(most, held)
			return nil
		}
		s.Reset(strings.NewReader(csv))
		for s.NextBlock() {
			records = s.Record()
		}
		if size := int64(len(s.buf) + endSize*len(s.ends)); size != held && len(s.ends) > 1 {
			t.Errorf("a limit of %d: asked for %d bytes, has %d", limit, held, size)
		}
		return s, records, most
	}
	s, records, most := scan(1 << 30)
	if records != rows+2 || s.Err() != nil {
		t.Fatalf("%d records, %v", records, s.Err())
	}
	refused := 0
	for limit := int64(0); limit < most; limit += 100_000 {
		s, records, _ := scan(limit)
		e, ok := errors.AsType[*Error](s.Err())
		if !errors.Is(s.Err(), errFull) || !ok || records != 0 && records != rows || e.Record != records+1 {
			t.Errorf("a limit of %d: %d records, %v", limit, records, s.Err())
		}
		if records == rows {
			refused++
		}
	}
	if refused < 5 {
		t.Errorf("refused %d times at the long record", refused)
	}
}
