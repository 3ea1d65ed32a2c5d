package ddbwire

import (
	"errors"
	"strings"
	"testing"
)

func TestTypes(t *testing.T) {
	var b Batch
	b.Reset("t")
	err := b.Put(S("PK", "p"), S("SK", "s"), B("b", []byte{0, 0xfb, 0xff}), BOOL("yes", true), BOOL("no", false), NULL("none"), B("empty", nil), N("n", "1"))
	const want = `{"RequestItems":{"t":[{"PutRequest":{"Item":{"PK":{"S":"p"},"SK":{"S":"s"},"b":{"B":"APv/"},"yes":{"BOOL":true},` +
		`"no":{"BOOL":false},"none":{"NULL":true},"empty":{"B":""},"n":{"N":"1"}}}}]}}`
	if got := string(b.Body()); err != nil || got != want {
		t.Errorf("%v\ngot  %s\nwant %s", err, got, want)
	}
}

func TestKeys(t *testing.T) {
	long := strings.Repeat("x", MaxSortKey+1)
	for _, test := range []struct {
		name            string
		partition, sort Key
		attrs           []Attr
		kind            error
	}{
		{"other names", StringKey("Customer"), StringKey("Order"), []Attr{S("Order", "7"), S("Customer", "c")}, nil},
		{"the usual names are no keys then", StringKey("Customer"), StringKey("Order"), []Attr{S("PK", "p"), S("SK", "s")}, ErrNoKey},
		{"and may be empty", StringKey("Customer"), StringKey("Order"), []Attr{S("Customer", "c"), S("Order", "7"), S("PK", "")}, nil},
		{"no sort key", StringKey("id"), Key{}, []Attr{S("id", "1"), S("SK", "")}, nil},
		{"an empty key", StringKey("id"), Key{}, []Attr{S("id", "")}, ErrEmptyKey},
		{"a number", StringKey("id"), NumberKey("at"), []Attr{S("id", "1"), N("at", "0")}, nil},
		{"a string for a number", StringKey("id"), NumberKey("at"), []Attr{S("id", "1"), S("at", "0")}, ErrNoKey},
		{"no number", StringKey("id"), NumberKey("at"), []Attr{S("id", "1"), N("at", "x")}, ErrNumber},
		{"bytes", BinaryKey("id"), BinaryKey("part"), []Attr{B("id", []byte{0}), B("part", []byte(long[1:]))}, nil},
		{"a string for bytes", BinaryKey("id"), Key{}, []Attr{S("id", "AA==")}, ErrNoKey},
		{"no bytes", BinaryKey("id"), Key{}, []Attr{B("id", nil)}, ErrEmptyKey},
		{"too many bytes", BinaryKey("id"), BinaryKey("part"), []Attr{B("id", []byte(long)), B("part", []byte(long))}, ErrKeyTooLong},
	} {
		b := Batch{Partition: test.partition, Sort: test.sort}
		b.Reset("t")
		if err := b.Put(test.attrs...); !errors.Is(err, test.kind) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// Equal keys are found however they are written, and different ones are not taken for equal.
func TestSameKey(t *testing.T) {
	for _, test := range []struct {
		key         Key
		first, next Attr
		same        bool
	}{
		{StringKey("k"), S("k", "a"), S("k", "a"), true},
		{StringKey("k"), S("k", "1"), S("k", "1.0"), false},
		{NumberKey("k"), N("k", "15"), N("k", "1.50e1"), true},
		{NumberKey("k"), N("k", "-0"), N("k", "0.00"), true},
		{NumberKey("k"), N("k", "15"), N("k", "-15"), false},
		{NumberKey("k"), N("k", "15"), N("k", "150"), false},
		{NumberKey("k"), N("k", "15"), N("k", "16"), false},
		{NumberKey("k"), N("k", "101"), N("k", "1.1e2"), false},
		{BinaryKey("k"), B("k", []byte("a")), B("k", []byte("a")), true},
		{BinaryKey("k"), B("k", []byte("a")), B("k", []byte("b")), false},
	} {
		b := Batch{Partition: test.key}
		b.Reset("t")
		if err := b.Put(test.first); err != nil {
			t.Fatal(err)
		}
		if err := b.Put(test.next); errors.Is(err, ErrDuplicateKey) != test.same {
			t.Errorf("%v, %v: %v", test.first, test.next, err)
		}
	}
}

// Each Reset takes the keys again.
func TestOtherKeys(t *testing.T) {
	var b Batch
	for _, test := range []struct{ partition, sort Key }{
		{}, {StringKey("text"), Key{}}, {StringKey("PK"), Key{}}, {StringKey("SK"), StringKey("PK")}, {},
	} {
		b.Partition, b.Sort = test.partition, test.sort
		b.Reset("t")
		for _, pk := range []string{"p", "q"} {
			if err := b.Put(S("PK", pk), S("SK", "s"), S("text", pk)); err != nil {
				t.Fatalf("%+v: %v", test, err)
			}
		}
		n, err := b.Unprocessed([]byte(`{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"text":{"S":"q"},"PK":{"S":"q"},"SK":{"S":"s"}}}}]}}`))
		if n != 1 || err != nil || !strings.Contains(string(b.Body()), `"text":{"S":"q"}`) {
			t.Errorf("%+v: %d, %v, %s", test, n, err, b.Body())
		}
	}
}

func TestDelete(t *testing.T) {
	b := Batch{Partition: StringKey("id"), Sort: NumberKey("at")}
	b.Reset("t")
	err := errors.Join(b.Put(S("id", "a"), N("at", "1"), S("x", "")), b.Delete(S("id", "a"), N("at", "2")), b.Delete(N("at", "3.0"), S("id", "a")))
	const put, two, three = `{"PutRequest":{"Item":{"id":{"S":"a"},"at":{"N":"1"},"x":{"S":""}}}}`,
		`{"DeleteRequest":{"Key":{"id":{"S":"a"},"at":{"N":"2"}}}}`, `{"DeleteRequest":{"Key":{"at":{"N":"3.0"},"id":{"S":"a"}}}}`
	before := string(b.Body())
	if err != nil || before != `{"RequestItems":{"t":[`+put+`,`+two+`,`+three+`]}}` {
		t.Fatalf("%v, %s", err, before)
	}
	for _, test := range []struct {
		key  []Attr
		kind error
	}{
		{[]Attr{S("id", "a"), N("at", "1")}, ErrDuplicateKey}, // put above: DynamoDB refuses that, too
		{[]Attr{S("id", "b"), N("at", "1"), S("x", "")}, ErrNotKey},
		{[]Attr{S("id", "b")}, ErrNoKey},
		{[]Attr{S("id", "b"), S("at", "1")}, ErrNoKey},
		{nil, ErrNoKey},
	} {
		if err := b.Delete(test.key...); !errors.Is(err, test.kind) || string(b.Body()) != before {
			t.Errorf("%v: %v, and the batch is now %s", test.key, err, b.Body())
		}
	}

	const unlike = `{"DeleteRequest":{"Key":{"id":{"S":"a"},"at":{"N":"1"}}}}`
	for _, answer := range []string{unlike, `{"PutRequest":{"Item":{"id":{"S":"a"},"at":{"N":"2"}}}}`, `{"DeleteRequest":{"Key":{"id":{"S":"a"}}}}`, `{"Delete":{"Key":{"id":{"S":"a"},"at":{"N":"2"}}}}`} {
		if n, err := b.Unprocessed([]byte(`{"UnprocessedItems":{"t":[` + answer + `]}}`)); !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: %d, %v", answer, n, err)
		}
	}
	// DynamoDB returns the number in its own form.
	n, err := b.Unprocessed([]byte(`{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"id":{"S":"a"},"at":{"N":"3"}}}},` + put + `]}}`))
	if n != 2 || err != nil || string(b.Body()) != `{"RequestItems":{"t":[`+put+`,`+three+`]}}` {
		t.Errorf("%d, %v, %s", n, err, b.Body())
	}
}
