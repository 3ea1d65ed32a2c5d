// Package ddbwire speaks DynamoDB's JSON (protocol version 20120810) as far as storing
// items takes: it builds the bodies of BatchWriteItem, reads which items came back
// unprocessed, and reads errors. Of one item it knows GetItem and a conditional PutItem, and of a
// table its keys.
//
// Everything that DynamoDB would refuse about an item or a batch is refused here, before
// anything is sent: sizes, keys, numbers, duplicates. The tables written to have string
// keys named [PartitionKey] and [SortKey].
//
// The package opens no connection; sending and retrying is for the caller. It knows the
// attribute types S and N, and neither updates nor queries.
package ddbwire

import "errors"

// The names of the key attributes.
const (
	PartitionKey = "PK"
	SortKey      = "SK"
)

// DynamoDB Developer Guide, "Quotas in Amazon DynamoDB"; API Reference, "BatchWriteItem".
const (
	MaxBatchItems      = 25        // put requests in a BatchWriteItem
	MaxRequestSize     = 16 << 20  // bytes of a BatchWriteItem's body
	MaxItemSize        = 400 << 10 // bytes of an item, as [ItemSize] counts them
	MaxPartitionKey    = 2048      // bytes of a partition key's value
	MaxSortKey         = 1024      // bytes of a sort key's value
	MaxAttributeName   = 64<<10 - 1
	MaxNumberDigits    = 38 // significant decimal digits
	MaxNumberMagnitude = 125
	MinNumberMagnitude = -130
)

// Why an item is refused, for errors.Is.
var (
	ErrFull               = errors.New("ddbwire: the batch is full")
	ErrItemTooLarge       = errors.New("ddbwire: the item is larger than 400 KB")
	ErrDuplicateKey       = errors.New("ddbwire: the batch has an item of the same key")
	ErrNoKey              = errors.New("the key attribute is missing, or no string")
	ErrEmptyKey           = errors.New("the key is empty")
	ErrKeyTooLong         = errors.New("the key is too long")
	ErrName               = errors.New("the attribute's name is empty or too long")
	ErrDuplicateAttribute = errors.New("the attribute is there twice")
	ErrNumber             = errors.New("not a number that DynamoDB takes")
	ErrUTF8               = errors.New("invalid UTF-8")
)

// AttrError says which attribute of an item is refused. It never holds the value.
type AttrError struct {
	Name string
	Err  error
}

func (e *AttrError) Error() string { return "ddbwire: attribute " + e.Name + ": " + e.Err.Error() }

func (e *AttrError) Unwrap() error { return e.Err }

// Attr is an attribute of an item: a name and a string or number.
type Attr struct {
	name, value string
	number      bool
}

// S returns a string attribute.
func S(name, value string) Attr { return Attr{name, value, false} }

// N returns a number attribute. The value is written as in JSON, with up to 38 digits.
func N(name, value string) Attr { return Attr{name, value, true} }
