// Package shard reduces objects that are too large for one function, in shards that are read
// independently, and whose results are merged into exactly the result of reading everything in one
// go.
//
//	plan   objects           -> a Plan: shards of about one size
//	map    shard, start      -> a partial: the groups of the records that begin in the shard
//	check  heads of partials -> the Chain, or shards to map again; what a single run checks
//	merge  partials          -> one table
//
// # Who owns a record
//
// A shard owns the records that begin in its range of bytes. The last of them may end beyond it:
//
//	            shard i                     shard i+1
//	|...tail of i-1 \n record \n record \n rec|ord \n record ...
//	                  [      owned by i          ][ owned by i+1
//	                  First                  End = First of i+1
//
// Where the first record begins depends on whether the shard begins inside quotes, and that depends
// on everything before it. Nobody waits for that. A map guesses: the first record begins behind the
// first line break in the shard. The guess is wrong where that line break is inside quotes.
//
// # The chain
//
// A guess is never believed. The records of an object are a chain: where a record ends, the next
// one begins, and all that is read behind a place depends on that place alone. So the first shard,
// whose first record begins behind the header, is right. A shard is right if its first record
// begins where the last record of the shard before it ends. A shard of which that is not so is
// mapped again, from where that record ends.
//
// One wrong shard leaves the end of its last record unknown, so finding wrong shards one after the
// other could take as many rounds as there are shards. In a file without damage, the number of
// quotes tells whether a shard begins inside quotes. A partial says whether its shard has an odd or
// an even number of quotes, and where the first line begins in either case. Check uses that to
// choose what to map again beyond the first wrong shard, and for nothing else.
//
// Damage that a map meets may be none: a wrong guess finds quotes where none may be. A partial
// records it, and it counts only when the chain has reached the shard. Only what cannot be read,
// and a bad header, fail a map.
//
// # What is the same as in one run, and what is not
//
// Groups, means, treatments, counts of rows, and the places of bad rows and of the first damage are
// the same, for every file and every size of shards. The limits on memory are not: a single run
// counts each spelling of a name, and a merge each name.
package shard
