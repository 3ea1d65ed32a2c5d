// Package csvfast finds the fields of CSV at memory's pace: RFC 4180 from any io.Reader,
// no allocation for a record, whatever is in it.
//
// A Scanner reads into one buffer and looks at 64 bytes at a time: which of them are
// commas, line ends and quotes stands in three 64-bit masks, and what is inside quotes
// follows from the quotes by prefix xor. What comes out are the positions where fields
// end. [Scanner.Next] and [Scanner.Records] cut them into records, with quotes taken off;
// [Scanner.NextBlock] hands out some thousand records at once as they stand in the file,
// for those who need the last factor of two. The two can be mixed: the header by Next, the
// rest by NextBlock.
//
// The masks are made by AVX-512 or AVX2 on amd64, by NEON on arm64, and elsewhere, or with
// the build tag purego, by ordinary Go, eight bytes a step.
//
// # What it reads
//
// RFC 4180: fields between commas, quotes around a field that holds commas, line breaks or
// quotes, a quote inside quotes doubled. It is lenient where files are: lines end with
// "\n" or "\r\n", the last one may lack its end, blank lines are no records, a byte order
// mark at the start is skipped, records may have any number of fields. It is strict about
// quotes: one inside a field that does not begin with one is [ErrBareQuote], anything
// behind a closing one is [ErrQuote]. After [Scanner.SkipBad], reading restarts behind the first line break of the
// bad record: that line is lost, and nothing else.
//
// # Where it departs from encoding/csv
//
//   - A "\r\n" inside quotes stays as it is.
//   - A byte order mark is skipped, so that quotes may follow it.
//   - A record has a limit, [Scanner.MaxRecord].
//   - An error has a place, and never what stands there.
//   - The separator is a comma. There are no comments, no lazy quotes, no trimming.
//
// Use encoding/csv where these matter, or where strings are what you want.
package csvfast
