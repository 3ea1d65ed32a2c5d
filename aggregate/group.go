package aggregate

// group is what the table keeps of a group in one cache line. sum and counts are those of
// the large tally; the small one has its own.
type group struct {
	hospital, diagnosis uint32 // ids
	record, offset      int64  // the place of its first row
	sum                 int64  // of rows that are whole numbers
	counts              [inlineCounts]counter
}

// counter counts the rows of one treatment. It is free while n is 0, and below isBlock.
type counter struct{ treatment, n uint32 }

// inlineCounts fills the cache line.
const inlineCounts = 4
