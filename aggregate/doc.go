// Package aggregate interns names, sums decimals exactly, and groups rows for this project's job.
//
// Two parts serve anyone:
//
//   - [Dict] gives each distinct name a small number. It is made for many byte slices of which few
//     are distinct, such as a column of a file. It copies and decodes a name only when it first
//     sees it.
//   - [Number] is an exact decimal in 128 bits, and [Sum] an exact sum of them. The mean of a Sum
//     is the exact quotient, rounded once.
//
// [Table] serves one job alone. It groups rows by two names, hospital and diagnosis, and keeps for
// each group the number of its rows, the exact sum of a number and how often each value of a third
// name, the treatment, occurs. For other groups, use a map of structs whose keys are the ids of
// Dicts. It is simpler, and takes some five times as long.
//
//	raw fields  -> ids              Dict: copies and decodes each new spelling
//	ids, number -> group, counter   Table: dense while groups are few, hashed when they are many
//	groups      -> mean and mode    Table.Group, Group.AppendMean
//
// [Table.AddBlock] is the fast path: it takes a block of CSV and the positions that end its
// fields, as a scanner finds them, and allocates nothing a row. [Table.Add] takes one row.
// Tables of parts of a file merge into the table of the whole, in any order.
//
// # Exactness
//
// A number is decimal: an optional sign, digits, and up to 21 of them behind the point. Sums are
// exact, in 128 bits. A sum that does not fit is an error; it never wraps around. The mean is the
// exact quotient, rounded once, to the nearest float64. The mode is the most frequent treatment; if
// there are several, it is the smallest of them in byte order. So a result depends neither on the
// order of the rows nor on how they were split.
//
// # Bounds
//
// Memory grows with the number of distinct names and groups, never with the number of rows. The
// table asks [Table.Memory] before it allocates anything that grows: names and their index, groups,
// counters, and a new hash table beside the old one while it is copied. If Memory refuses, the row
// that needs the memory is an error that names its place. The result needs no memory of its own:
// [Table.Group] makes one group at a time.
//
// Hashes have a random seed, a new one for each Table and Dict, and depend on every byte of a name.
// So nobody can make a file whose names all collide. Results do not depend on the seed.
//
// # Variants
//
// On amd64 with AES and AVX2, names of up to 32 bytes are looked up by assembly. Elsewhere, and
// with the build tag purego, Go code does the same steps with another hash.
//
// # What it does not do
//
// It does not find fields, remove quotes or check encodings: the scanner and Decode do. It keeps
// all groups in memory. It is not safe for concurrent use: give each goroutine a Table and merge
// them.
package aggregate
