package ddbwire

import (
	"errors"
	"maps"
	"testing"
)

func TestGetItem(t *testing.T) {
	const want = `{"TableName":"t","Key":{"PK":{"S":"latest"},"SK":{"S":"#a\"b"}},"ConsistentRead":true}`
	if got := string(AppendGetItem(nil, "t", "latest", `#a"b`)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, tt := range []struct {
		answer string
		want   map[string]string
		err    error
	}{
		{`{}`, nil, nil},
		{`{"Item":null}`, nil, nil},
		{`{"ConsumedCapacity":{"Item":1},"Item":{"a":{"S":"x\ty"},"n":{"N":"12"},"m":{"M":{"S":{"S":"no"}}},"b":{"BOOL":true}}}`, map[string]string{"a": "x\ty", "n": "12"}, nil},
		{`{"Item":{"a":{"S":`, nil, ErrAnswer},
		{`{"Item":[]}`, nil, nil},
		{``, nil, ErrAnswer},
	} {
		got, err := ReadItem([]byte(tt.answer))
		if !errors.Is(err, tt.err) || !maps.Equal(got, tt.want) || (got == nil) != (tt.want == nil) {
			t.Errorf("%s: %v, %v, want %v, %v", tt.answer, got, err, tt.want, tt.err)
		}
	}
}

func TestQuery(t *testing.T) {
	const want = `{"TableName":"t\"1","ConsistentRead":true,"KeyConditionExpression":"PK = :pk","ExpressionAttributeValues":{":pk":{"S":"a\"b"}}}`
	if got := string(AppendQuery(nil, `t"1`, `a"b`)); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestPutItem(t *testing.T) {
	var b Batch
	b.Reset("t")
	if err := b.Put(S("PK", "p"), S("SK", "s"), N("n", "2")); err != nil {
		t.Fatal(err)
	}
	const want = `{"TableName":"t","Item":{"PK":{"S":"p"},"SK":{"S":"s"},"n":{"N":"2"}},"ConditionExpression":"n = :n AND x = \"",` +
		`"ExpressionAttributeValues":{":n":{"N":"1"}}}`
	if got := string(b.AppendPutItem(nil, `n = :n AND x = "`, N(":n", "1"))); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if b.Len() != 1 {
		t.Error("the batch has changed")
	}
}
