// Package csvfast splits CSV from any io.Reader into records and fields. It follows RFC 4180, and
// allocates nothing for a record.
//
// # Three ways to read
//
//   - [Scanner.NextBlock] finds where each field ends, for some hundred records at a time. The
//     fields are as they are in the file, with their quotes. It is 24 times as fast as
//     encoding/csv.
//   - [Scanner.Next] and [Scanner.Field] return each field without its quotes, 13 times as fast.
//   - [Scanner.Records] is an iterator over slices of such fields, 10 times as fast.
//
// These factors are for short fields without quotes, on an amd64 processor with AVX-512. With quotes
// around every field they are 17, 8 and 7. They are from docs/measured.md of the module reduction.
// Its make bench measures them on any machine, with assembly and without.
//
// The ways can be mixed: read the header with Next, for example, and the rest with NextBlock.
//
// # How it works
//
// A kernel looks at 64 bytes at a time. It makes masks of 64 bits that show where the separators,
// line feeds and quotes are. A prefix xor of the quotes shows which bytes are inside quotes. The
// other separators and line feeds end fields, and their positions are all that is kept. See kernel
// in kernel.go for a picture.
//
// There are kernels for AVX-512 and AVX2 on amd64, and for NEON on arm64. Elsewhere, and with the
// build tag purego, the kernel is ordinary Go that compares eight bytes at a time.
//
// # What it reads
//
// RFC 4180: fields between commas; quotes around a field that holds commas, line breaks or quotes;
// a doubled quote for each quote inside quotes. [Scanner.Comma] may be any other byte.
//
// It is lenient where files differ. A line ends with "\n" or "\r\n". The last line may lack its
// end. Blank lines are not records. Records may have any number of fields. A byte order mark is
// passed over at the start of the stream; at the start of any other record, where files were
// joined, it is passed over if a quote follows. (Before a field without quotes it is part of the
// field. If Comma is one of its bytes, no mark is passed over.)
//
// It is strict about quotes. A quote in a field that does not begin with one is [ErrBareQuote].
// Text after a closing quote, and a quote that is never closed, are [ErrQuote].
//
// # Bad records
//
// An [Error] says where a bad record begins. [Scanner.SkipBad] gives up the record's first line,
// and nothing else: reading restarts after that line. [Scanner.Reject] does so for a record that is
// right as CSV but has, for example, too few fields. What is found does not depend on how the
// stream's bytes arrive, and the work grows with the length of the stream, however damaged it is.
//
// # Where it departs from encoding/csv
//
//   - A "\r\n" inside quotes stays as it is.
//   - A byte order mark is passed over, as said above.
//   - A record has a greatest length, [Scanner.MaxRecord].
//   - An error names a place, and never shows what is there.
//   - The separator is a byte. There are no comments, no lazy quotes and no trimming.
//   - Reading restarts after the first line of a bad record, not after the line where the damage
//     was noticed.
//   - Fields are byte slices that are valid until the next record.
//
// Use encoding/csv where these matter, or where you want strings.
package csvfast
