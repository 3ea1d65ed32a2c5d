// Package examples holds the source of the example notes, which `lab new` copies into a new module.
// The folders below it are whole functions.
package examples

import "embed"

// Notes is the folder notes: a function that stores what it is sent in DynamoDB, and its test.
//
//go:embed notes/*.go
var Notes embed.FS
