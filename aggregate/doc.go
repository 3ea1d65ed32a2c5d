// Package aggregate interns names, sums decimals exactly, and groups rows for this project's job.
//
// Two parts serve anyone:
//
//   - [Dict] gives each distinct name a small number. It is made for many byte slices of which few
//     are distinct, such as a column of a file: a name is copied and decoded when it is first seen,
//     and never again.
//   - [Number] is an exact decimal in 128 bits, and [Sum] an exact sum of them. The mean of a Sum
//     is the exact quotient, rounded once.
//
// [Table] serves one job alone. It groups rows by two names, hospital and diagnosis, and keeps for
// each group the number of its rows, the exact sum of a number and how often each value of a third
// name, the treatment, occurs. For other groups, use a map of structs whose keys are the ids of
// Dicts. It is simpler, and takes some five times as long.
//
//	raw fields  -> ids              Dict: a copy and a decoding at first sight of a spelling
//	ids, number -> group, counter   Table: dense while groups are few, hashed when they are many
//	groups      -> mean and mode    Table.Group, Group.AppendMean
//
// [Table.AddBlock] is the fast path: it takes a block of CSV and the positions that end its
// fields, as a scanner finds them, and allocates nothing a row. [Table.Add] takes one row.
// Tables of parts of a file merge into the table of the whole, in any order.
//
// # Exactness
//
// A number is decimal: an optional sign, digits, and up to 21 of them behind the point.
// Sums are exact, in 128 bits; one that does not fit is an error, never a wrap. The mean
// is the exact quotient, rounded once, to the nearest float64. Of the most frequent
// treatments the smallest in byte order is the mode. So a result depends neither on the order
// of the rows nor on how they were split.
//
// # Bounds
//
// Memory grows with what is distinct, never with rows. [Table.Memory] is asked before it does,
// for all that the table allocates: names and their index, groups, counters, and a new table
// beside the old one while it is copied. Where it refuses, so does the table: the row that needs
// the memory is an error with a place. The result needs no memory of its own: [Table.Group] makes
// one group at a time.
//
// The hashes are seeded by chance, anew for each Table and Dict, and take in every byte of a name,
// so a file cannot be made that turns them into lists. Results do not depend on the seed.
//
// # Variants
//
// On amd64 with AES and AVX2 (all since 2015) names of up to 32 bytes are looked up by
// a page of assembly; elsewhere, and with the build tag purego, by the same steps in Go.
//
// # What it does not do
//
// It does not find fields, remove quotes or check encodings: the scanner and Decode do.
// It neither streams groups to disk nor forgets any, and it is not safe for concurrent use:
// give each goroutine a Table and merge them.
package aggregate
