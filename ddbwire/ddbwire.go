// Package ddbwire builds the bodies of DynamoDB's BatchWriteItem, reads which of their items came
// back unprocessed, and reads DynamoDB's errors (JSON protocol, version 20120810). It serves any
// table. For keys that are strings named [PartitionKey] and [SortKey], it also has GetItem, a
// conditional PutItem, Query by partition key, and a check that a table has these keys.
//
// Everything that DynamoDB would refuse about an item or a batch is refused here, before
// anything is sent: sizes, keys, numbers, duplicates.
//
// The package opens no connection: the caller sends requests and retries. It has the scalar
// attribute types S, N, B, BOOL and NULL. It has no lists, maps or sets, no updates and no other
// queries. For those, write the JSON with encoding/json and sign the request with package sigv4http,
// as runtime/examples/notes does.
package ddbwire

import "errors"

// The names of the key attributes if a Batch sets no others.
const (
	PartitionKey = "PK"
	SortKey      = "SK"
)

// DynamoDB Developer Guide, "Quotas in Amazon DynamoDB"; API Reference, "BatchWriteItem".
const (
	MaxBatchItems      = 25        // requests to put or delete in a BatchWriteItem
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
	ErrDuplicateKey       = errors.New("ddbwire: the batch has another item with the same key")
	ErrNoKey              = errors.New("the key attribute is missing, or of another type than the table's")
	ErrNotKey             = errors.New("the attribute is not a key: a request to delete has only keys")
	ErrEmptyKey           = errors.New("the key is empty")
	ErrKeyTooLong         = errors.New("the key is too long")
	ErrName               = errors.New("the attribute's name is empty or too long")
	ErrDuplicateAttribute = errors.New("the item has the attribute twice")
	ErrNumber             = errors.New("not a number that DynamoDB accepts")
	ErrUTF8               = errors.New("invalid UTF-8")
)

// AttrError says which attribute of an item is refused. It never holds the value.
type AttrError struct {
	Name string
	Err  error
}

func (e *AttrError) Error() string { return "ddbwire: attribute " + e.Name + ": " + e.Err.Error() }

func (e *AttrError) Unwrap() error { return e.Err }

// Attr is an attribute of an item: a name and a value.
type Attr struct {
	name, value string // the value of S and B as it is; of the others as in JSON
	kind        kind
}

// kind is the type of an attribute.
type kind byte

const (
	kindS kind = iota
	kindN
	kindB
	kindBOOL
	kindNULL
)

// descriptors are the types' names. API Reference, AttributeValue.
var descriptors = [...]string{"S", "N", "B", "BOOL", "NULL"}

// S returns a string attribute.
func S(name, value string) Attr { return Attr{name, value, kindS} }

// N returns a number attribute. The value is written as in JSON, with up to 38 digits.
func N(name, value string) Attr { return Attr{name, value, kindN} }

// B returns a binary attribute.
func B(name string, value []byte) Attr { return Attr{name, string(value), kindB} }

// BOOL returns a Boolean attribute.
func BOOL(name string, value bool) Attr {
	if value {
		return Attr{name, "true", kindBOOL}
	}
	return Attr{name, "false", kindBOOL}
}

// NULL returns a null attribute.
func NULL(name string) Attr { return Attr{name, "true", kindNULL} }

// Key is a key attribute of a table: its name and its type.
type Key struct {
	name  string
	kind  kind
	equal func(a, b []byte) bool // compares values; nil if equal ones have the same bytes
}

// same compares two values as they are in the JSON. Equal strings are escaped in the same way.
func (k *Key) same(a, b []byte) bool {
	if k.equal == nil {
		return string(a) == string(b)
	}
	return k.equal(a, b)
}

// StringKey returns a key attribute of type S.
func StringKey(name string) Key { return Key{name: name} }

// NumberKey returns a key attribute of type N.
func NumberKey(name string) Key { return Key{name, kindN, equalNumbers} }

// BinaryKey returns a key attribute of type B.
func BinaryKey(name string) Key { return Key{name: name, kind: kindB} }
