package main

import (
	"math"
	"math/bits"
)

// deflate compresses data as RFC 1951 has it, into some 6% less than compress/flate does at
// its best level, and in seconds, not tenths. A deployment package is made once, and
// fetched and unpacked for every environment. The ideas are Zopfli's:
//
//   - every match of every position is known, the nearest of each length (findMatches);
//   - the way through them is the cheapest from a block's first byte to its last, at what
//     literals and matches cost in the codes of the way before (parse);
//   - a block begins where codes of its own save more than telling them takes (split).
func deflate(data []byte) []byte {
	p := newParser(data)
	var tokens []token
	cost := guess()
	for range 3 {
		tokens = p.parse(0, len(data), cost)
		cost = count(tokens).costs()
	}
	for range 3 {
		var better []token
		from := 0
		for _, block := range split(tokens) {
			to := from + width(block)
			better = append(better, p.improve(block, from, to)...)
			from = to
		}
		tokens = better
	}
	w := &bitWriter{}
	blocks := split(tokens)
	for i, block := range blocks {
		w.block(block, i == len(blocks)-1)
	}
	return w.bytes()
}

// What RFC 1951 sets.
const (
	minLength   = 3
	maxLength   = 258
	window      = 32 << 10
	endOfBlock  = 256
	symbols     = 286 // literals, the end of a block, lengths
	distances   = 30
	maxBits     = 15
	maxCodeBits = 7 // of the code that the codes' lengths are told in
)

// token is a literal byte, or a match.
type token struct {
	length   uint16 // 0: a literal
	distance uint16 // of a match: less one; of a literal: the byte
}

func (t token) width() int { return max(1, int(t.length)) }

func width(tokens []token) (n int) {
	for _, t := range tokens {
		n += t.width()
	}
	return n
}

// symbol returns the symbol of a match's length, and how many extra bits follow with what
// value. RFC 1951 §3.2.5: four symbols for each number of extra bits, and one for 258.
func lengthSymbol(length int) (symbol, extra, value int) {
	if length == maxLength {
		return symbols - 1, 0, 0
	}
	symbol, extra, value = group(length-minLength, 4)
	return endOfBlock + 1 + symbol, extra, value
}

// distanceSymbol is the same for a distance: two symbols for each number of extra bits.
func distanceSymbol(distance int) (symbol, extra, value int) { return group(distance-1, 2) }

// group numbers classes of n: the first 2*each hold one number each, and after that each
// next run of them holds twice as many. each is a power of two.
func group(n, each int) (class, extra, value int) {
	extra = max(0, bits.Len(uint(n))-bits.Len(uint(2*each-1)))
	return extra*each + n>>extra, extra, n & (1<<extra - 1)
}

// parser finds ways through data.
type parser struct {
	data    []byte
	first   []uint32 // the place in matches of each position's first, and the end
	matches []token  // of one position, ever longer and farther
	cost    []float32
	step    []token // that reached a position at its cost
}

func newParser(data []byte) *parser {
	p := &parser{data: data, cost: make([]float32, len(data)+1), step: make([]token, len(data)+1)}
	p.findMatches()
	return p
}

// findMatches keeps the positions before in binary trees, one for each hash of three bytes.
// A tree is ordered by what follows its positions, and a position's children are older than
// it is: on the way down to a new position's place, matches become longer and farther. The
// new position becomes the root, and what is on the way goes left or right below it.
func (p *parser) findMatches() {
	const (
		hashBits = 16
		slots    = 2 * window // a power of two above the farthest distance
	)
	var roots [1 << hashBits]int32 // plus one; 0: none
	children := make([][2]int32, slots)
	data := p.data
	for at := range data {
		p.first = append(p.first, uint32(len(p.matches)))
		limit := min(maxLength, len(data)-at)
		if limit < minLength {
			continue
		}
		key := uint32(data[at])<<16 | uint32(data[at+1])<<8 | uint32(data[at+2])
		root := &roots[key*2654435761>>(32-hashBits)]
		node := *root
		*root = int32(at) + 1
		less, more := &children[at%slots][0], &children[at%slots][1]
		best, lessLength, moreLength := minLength-1, 0, 0
		for {
			before := int(node) - 1
			if node == 0 || at-before > window {
				*less, *more = 0, 0
				break
			}
			length := min(lessLength, moreLength)
			for length < limit && data[before+length] == data[at+length] {
				length++
			}
			if length > best {
				best = length
				p.matches = append(p.matches, token{uint16(length), uint16(at - before - 1)})
			}
			below := &children[before%slots]
			switch {
			case length == limit:
				*less, *more = below[0], below[1]
			case data[before+length] < data[at+length]:
				*less, less = node, &below[1]
				node, lessLength = *less, length
				continue
			default:
				*more, more = node, &below[0]
				node, moreLength = *more, length
				continue
			}
			break
		}
	}
	p.first = append(p.first, uint32(len(p.matches)))
}

// costs are in bits, extra bits included.
type costs struct {
	literal  [256]float32
	length   [maxLength + 1]float32
	distance [distances]float32
}

// guess is what to begin with.
func guess() *costs {
	var f frequencies
	for i := range f.symbol {
		f.symbol[i] = 1
		if i < endOfBlock {
			f.symbol[i] = 4
		}
	}
	for i := range f.distance {
		f.distance[i] = 1
	}
	return f.costs()
}

// parse returns the cheapest way from one position to another.
func (p *parser) parse(from, to int, c *costs) []token {
	cost, step := p.cost[from:to+1], p.step[from:to+1]
	for i := range cost {
		cost[i] = math.MaxFloat32
	}
	cost[0] = 0
	for i := range to - from {
		b := p.data[from+i]
		if sum := cost[i] + c.literal[b]; sum < cost[i+1] {
			cost[i+1], step[i+1] = sum, token{0, uint16(b)}
		}
		length := minLength
		for _, m := range p.matches[p.first[from+i]:p.first[from+i+1]] {
			symbol, _, _ := distanceSymbol(int(m.distance) + 1)
			base := cost[i] + c.distance[symbol]
			for longest := min(int(m.length), to-from-i); length <= longest; length++ {
				if sum := base + c.length[length]; sum < cost[i+length] {
					cost[i+length], step[i+length] = sum, token{uint16(length), m.distance}
				}
			}
		}
	}
	n := 0
	for i := to - from; i > 0; i -= step[i].width() {
		n++
	}
	way := make([]token, n)
	for i := to - from; i > 0; i -= step[i].width() {
		n--
		way[n] = step[i]
	}
	return way
}

// improve looks for a better way through a block, as long as it finds one.
func (p *parser) improve(block []token, from, to int) []token {
	best := count(block).size()
	next := block
	for range 8 {
		next = p.parse(from, to, count(next).costs())
		if size := count(next).size(); size < best {
			best, block = size, next
		}
	}
	return block
}

// frequencies are how often a block uses each symbol.
type frequencies struct {
	symbol   [symbols]uint32
	distance [distances]uint32
}

func count(block []token) *frequencies {
	f := &frequencies{}
	f.symbol[endOfBlock] = 1
	f.add(block)
	return f
}

func (f *frequencies) add(block []token) {
	for _, t := range block {
		if t.length == 0 {
			f.symbol[t.distance]++
			continue
		}
		s, _, _ := lengthSymbol(int(t.length))
		d, _, _ := distanceSymbol(int(t.distance) + 1)
		f.symbol[s]++
		f.distance[d]++
	}
}

// costs are the symbols' information: a code's lengths are near it, and whole.
func (f *frequencies) costs() *costs {
	c := &costs{}
	symbol, distance := information(f.symbol[:]), information(f.distance[:])
	copy(c.literal[:], symbol)
	for length := minLength; length <= maxLength; length++ {
		s, extra, _ := lengthSymbol(length)
		c.length[length] = symbol[s] + float32(extra)
	}
	for d := range c.distance {
		c.distance[d] = distance[d] + float32(max(0, d/2-1))
	}
	return c
}

func information(frequency []uint32) []float32 {
	var sum uint32
	for _, n := range frequency {
		sum += n
	}
	all := math.Log2(float64(max(1, sum)))
	out := make([]float32, len(frequency))
	for i, n := range frequency {
		out[i] = float32(all - math.Log2(float64(max(1, n)))) // as if an unused one were used once
	}
	return out
}

// estimate is about how many bits a block of these frequencies takes, without extra bits.
func (f *frequencies) estimate() float64 {
	const head, each = 80, 3.2 // what packs best of some that were tried
	size := float64(head)
	for _, frequency := range [][]uint32{f.symbol[:], f.distance[:]} {
		var sum uint32
		for _, n := range frequency {
			if n > 0 {
				sum += n
				size += each - float64(n)*log2(n)
			}
		}
		size += float64(sum) * log2(sum)
	}
	return size
}

var logs = func() (t [1 << 16]float64) {
	for i := range t {
		t[i] = math.Log2(float64(max(1, i)))
	}
	return t
}()

func log2(n uint32) float64 {
	if n < uint32(len(logs)) {
		return logs[n]
	}
	return math.Log2(float64(n))
}

// split cuts tokens into blocks where the sum of their estimates is the least.
func split(tokens []token) [][]token {
	const (
		unit    = 512 // tokens: blocks are whole numbers of it
		longest = 160 // units in a block
	)
	units := (len(tokens) + unit - 1) / unit
	// sum[i] are the frequencies before unit i.
	sum := make([]frequencies, units+1)
	for i := range units {
		sum[i+1] = sum[i]
		sum[i+1].add(tokens[i*unit : min(len(tokens), (i+1)*unit)])
	}
	best, begin := make([]float64, units+1), make([]int, units+1)
	for end := 1; end <= units; end++ {
		best[end] = math.Inf(1)
		for from := max(0, end-longest); from < end; from++ {
			var f frequencies
			for i := range f.symbol {
				f.symbol[i] = sum[end].symbol[i] - sum[from].symbol[i]
			}
			for i := range f.distance {
				f.distance[i] = sum[end].distance[i] - sum[from].distance[i]
			}
			if size := best[from] + f.estimate(); size < best[end] {
				best[end], begin[end] = size, from
			}
		}
	}
	n := 0
	for end := units; end > 0; end = begin[end] {
		n++
	}
	blocks := make([][]token, max(1, n))
	for end := units; end > 0; end = begin[end] {
		n--
		blocks[n] = tokens[begin[end]*unit : min(len(tokens), end*unit)]
	}
	return blocks
}
