package aggregate

import "math"

// Dict gives each distinct name a small number, its id: 0, 1, 2 in the order of their first
// appearance. The zero value is ready to use.
//
// It looks up the raw bytes of a field, with their quotes, and decodes only a spelling that it has
// not seen yet. So a file with quotes costs no more than one without. Two spellings of a name share
// an id.
type Dict struct {
	// Decode appends the name that raw spells to dst. It must be set before the first ID,
	// and must return the same name each time. Where it is nil, raw is the name.
	Decode func(dst, raw []byte) ([]byte, error)

	// Memory is called with a number of bytes before the Dict's memory grows, and with a negative
	// number when the Dict frees memory. If it returns an error, ID returns that error together
	// with ErrTooManyNames. It must be set before the first ID. nil means no limit.
	Memory func(bytes int64) error

	index index
	names list[string]      // by id
	ids   map[string]uint32 // by name; nil until a spelling is not its name
	held  int64             // what Memory has been asked for

	raw, decoded []byte // what Decode reads and writes
}

// keptScratch is the largest buffer for Decode that is kept after a call: names are short.
const keptScratch = 4 << 10

// ID returns the id of the name that raw spells. It allocates only for a new spelling. The error is
// Decode's, or ErrTooManyNames. ID may read bytes after raw, within its capacity, and ignores them.
// With 32 bytes of capacity a short name costs less.
func (d *Dict) ID(raw []byte) (uint32, error) {
	x := &d.index
	if x.slots == nil {
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	var id [1]uint32
	ok := false
	switch n := uint32(len(raw)); {
	case n <= shortName && cap(raw) >= shortName:
		ok = x.find(id[:], raw[:shortName], []uint32{0, n + 1}, 1) == 1
	case n <= shortName:
		id[0], ok = x.findShort(raw)
	case n <= mediumName:
		ok = x.findMedium(id[:], raw, []uint32{0, n + 1}, 1) == 1
	default:
		id[0], ok = x.findLong(raw)
	}
	if ok {
		return id[0], nil
	}
	return d.add(raw)
}

// column looks up the fields of data that begin after ends[0], ends[stride], ends[2*stride] and so
// on. Each field ends before the end that follows. column returns how many fields came before an
// error. Pad bytes after data can be read.
func (d *Dict) column(ids []uint32, data []byte, ends []uint32, stride int) (done int, err error) {
	x := &d.index
	if x.slots == nil {
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	for done < len(ids) {
		todo, e := ids[done:], ends[done*stride:]
		n := x.find(todo, data[1:], e, stride)
		if n == 0 {
			n = x.findMedium(todo, data[1:], e, stride)
		}
		if n == 0 {
			if ids[done], err = d.ID(data[e[0]+1 : e[1]]); err != nil {
				return done, err
			}
			n = 1
		}
		done += n
	}
	return done, nil
}

// Name returns the name whose id is id.
func (d *Dict) Name(id uint32) string { return *d.names.at(id) }

// Len returns the number of names. Ids are smaller.
func (d *Dict) Len() int { return d.names.n }

// add adds a new spelling to the index, and returns its id.
func (d *Dict) add(raw []byte) (uint32, error) {
	name := raw
	if d.Decode != nil {
		// The copy keeps the caller's bytes from escaping to the heap.
		d.raw = append(d.raw[:0], raw...)
		var err error
		if d.decoded, err = d.Decode(d.decoded[:0], d.raw); err != nil {
			return 0, err
		}
		name = d.decoded
	}
	if err := d.room(len(raw)); err != nil {
		return 0, err
	}
	spelling := string(raw)
	id, err := d.idOf(name, spelling)
	if err == nil {
		d.index.add(spelling, id)
	}
	if cap(d.raw) > keptScratch || cap(d.decoded) > keptScratch {
		d.raw, d.decoded = nil, nil
	}
	return id, err
}

// begin makes the index.
func (d *Dict) begin() error {
	if err := d.take(minSlots * slotSize); err != nil {
		return err
	}
	d.index.init(hasAES())
	return nil
}

// room makes room for another spelling of n bytes.
func (d *Dict) room(n int) error {
	x := &d.index
	bytes := textSize(n)
	if n > mediumName && x.long.full() {
		bytes += chunk * nameSize
	}
	if err := d.take(bytes); err != nil {
		return err
	}
	if !x.full() {
		return nil
	}
	old := int64(len(x.slots)) * slotSize
	if err := d.take(2 * old); err != nil {
		return err
	}
	x.resize(2 * len(x.slots))
	d.give(old)
	return nil
}

func (d *Dict) take(bytes int64) error {
	err := account(d.Memory).take(bytes, ErrTooManyNames)
	if err == nil {
		d.held += bytes
	}
	return err
}

func (d *Dict) give(bytes int64) {
	account(d.Memory).give(bytes)
	d.held -= bytes
}

// drop frees all memory of the Dict.
func (d *Dict) drop() {
	d.give(d.held)
	*d = Dict{Decode: d.Decode, Memory: d.Memory}
}

// idOf returns the id of a name that has just been decoded from a spelling. While every
// spelling is its own name, a new spelling is a new name, and no map is needed.
func (d *Dict) idOf(name []byte, spelling string) (uint32, error) {
	plain := string(name) == spelling
	if d.ids == nil && plain {
		return d.addName(spelling)
	}
	if err := d.mapNames(); err != nil {
		return 0, err
	}
	if id, ok := d.ids[string(name)]; ok {
		return id, nil
	}
	if !plain {
		if err := d.take(textSize(len(name))); err != nil {
			return 0, err
		}
		spelling = string(name)
	}
	return d.addName(spelling)
}

// idOfName returns the id of a name, however it is spelled.
func (d *Dict) idOfName(name string) (uint32, error) {
	if err := d.mapNames(); err != nil {
		return 0, err
	}
	if id, ok := d.ids[name]; ok {
		return id, nil
	}
	if err := d.take(textSize(len(name))); err != nil {
		return 0, err
	}
	return d.addName(name)
}

func (d *Dict) addName(name string) (uint32, error) {
	var bytes int64
	if d.names.full() {
		bytes = chunk * nameSize
	}
	if d.ids != nil {
		bytes += idSize
	}
	// Ids, and a name's length in a slot, have 32 bits.
	if len(name) >= math.MaxInt32 || d.names.n >= math.MaxInt32 {
		return 0, ErrTooManyNames
	}
	if err := d.take(bytes); err != nil {
		return 0, err
	}
	id := d.names.add(name)
	if d.ids != nil {
		d.ids[name] = id
	}
	return id, nil
}

func (d *Dict) mapNames() error {
	if d.ids != nil {
		return nil
	}
	if err := d.take(int64(d.names.n) * idSize); err != nil {
		return err
	}
	d.ids = make(map[string]uint32, d.names.n)
	for id := range uint32(d.names.n) {
		d.ids[*d.names.at(id)] = id
	}
	return nil
}
