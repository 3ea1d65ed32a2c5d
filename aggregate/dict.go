package aggregate

import "math"

// DefaultMaxNameBytes is the limit of a Dict that sets none: 256 MiB.
const DefaultMaxNameBytes = 256 << 20

// nameOverhead is what a spelling takes beyond its bytes: two slots on average, a string
// header, and its share of what the allocator rounds up.
const nameOverhead = 192

// Dict gives each distinct name a small number, its id: 0, 1, 2 in the order of their first
// appearance. The zero value is ready to use.
//
// It looks up the raw bytes of a field, quotes and all, and decodes only a spelling that it
// has not seen yet. So a file in quotes costs no more than one without, and names spelled
// in two ways share an id.
type Dict struct {
	// Decode appends the name that raw spells to dst. It must be set before the first ID,
	// and must return the same name each time. Where it is nil, raw is the name.
	Decode func(dst, raw []byte) ([]byte, error)

	// MaxNameBytes limits what the names may take in memory, counting their bytes and
	// about 200 more for each spelling; 0 means DefaultMaxNameBytes.
	MaxNameBytes int

	index index
	names []string          // by id
	ids   map[string]uint32 // by name; nil until a spelling is not its name
	bytes int               // what counts against MaxNameBytes

	raw, decoded []byte // what Decode reads and writes
}

// ID returns the id of the name that raw spells. It allocates at first sight of a spelling
// only. The error is Decode's, or ErrTooManyNames. Bytes behind raw, within its capacity,
// may be read and do not matter; a field of a record costs less than a slice of its own.
func (d *Dict) ID(raw []byte) (uint32, error) {
	x := &d.index
	if x.slots == nil {
		x.init(hasAES())
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

// column looks up the fields of data that begin behind ends[0], ends[stride], ends[2*stride]
// and so on; each ends before the next end. It returns how many came before an error. Pad
// bytes behind data can be read.
func (d *Dict) column(ids []uint32, data []byte, ends []uint32, stride int) (done int, err error) {
	x := &d.index
	if x.slots == nil {
		x.init(hasAES())
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
func (d *Dict) Name(id uint32) string { return d.names[id] }

// Len returns the number of names. Ids are smaller.
func (d *Dict) Len() int { return len(d.names) }

// add gives a spelling that the index lacks its place there, and an id.
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
	if err := d.charge(len(raw)); err != nil {
		return 0, err
	}
	spelling := string(raw)
	id, err := d.idOf(name, spelling)
	if err == nil {
		d.index.add(spelling, id)
	}
	return id, err
}

// idOf returns the id of a name that has just been decoded from a spelling. While every
// spelling is its own name, a new spelling is a new name, and no map is needed.
func (d *Dict) idOf(name []byte, spelling string) (uint32, error) {
	plain := string(name) == spelling
	if d.ids == nil && plain {
		return d.addName(spelling), nil
	}
	d.mapNames()
	if id, ok := d.ids[string(name)]; ok {
		return id, nil
	}
	if !plain {
		if err := d.charge(len(name)); err != nil {
			return 0, err
		}
		spelling = string(name)
	}
	return d.addName(spelling), nil
}

// idOfName returns the id of a name, however it is spelled.
func (d *Dict) idOfName(name string) (uint32, error) {
	d.mapNames()
	if id, ok := d.ids[name]; ok {
		return id, nil
	}
	if err := d.charge(len(name)); err != nil {
		return 0, err
	}
	return d.addName(name), nil
}

func (d *Dict) addName(name string) uint32 {
	id := uint32(len(d.names))
	d.names = append(d.names, name)
	if d.ids != nil {
		d.ids[name] = id
	}
	return id
}

func (d *Dict) mapNames() {
	if d.ids != nil {
		return
	}
	d.ids = make(map[string]uint32, len(d.names))
	for id, name := range d.names {
		d.ids[name] = uint32(id)
	}
}

func (d *Dict) charge(n int) error {
	limit := d.MaxNameBytes
	if limit == 0 {
		limit = DefaultMaxNameBytes
	}
	// The second bound keeps ids and lengths within 32 bits, whatever the limit says.
	if n > limit-d.bytes-nameOverhead || n >= math.MaxInt32 || len(d.names) >= math.MaxInt32 {
		return ErrTooManyNames
	}
	d.bytes += n + nameOverhead
	return nil
}
