package ddbwire

import (
	"errors"
	"testing"
)

func TestCheckTable(t *testing.T) {
	if got := string(AppendDescribeTable(nil, `t"1`)); got != `{"TableName":"t\"1"}` {
		t.Error(got)
	}
	const (
		keys  = `"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"KeyType":"RANGE","AttributeName":"SK"}]`
		types = `"AttributeDefinitions":[{"AttributeName":"x","AttributeType":"N"},{"AttributeName":"SK","AttributeType":"S"},{"AttributeName":"PK","AttributeType":"S"}]`
	)
	for _, tt := range []struct {
		name, answer string
		want         error
	}{
		{"right", `{"Table":{"TableName":"t",` + keys + `,` + types + `,"x":[{}]}}`, nil},
		{"other order", `{"x":1,"Table":{` + types + `,` + keys + `}}`, nil},
		{"no sort key", `{"Table":{"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"}],` + types + `}}`, ErrTableKeys},
		{"swapped", `{"Table":{"KeySchema":[{"AttributeName":"SK","KeyType":"HASH"},{"AttributeName":"PK","KeyType":"RANGE"}],` + types + `}}`, ErrTableKeys},
		{"other names", `{"Table":{"KeySchema":[{"AttributeName":"PK","KeyType":"HASH"},{"AttributeName":"sk","KeyType":"RANGE"}],` + types + `}}`, ErrTableKeys},
		{"a number", `{"Table":{` + keys + `,"AttributeDefinitions":[{"AttributeName":"SK","AttributeType":"N"},{"AttributeName":"PK","AttributeType":"S"}]}}`, ErrTableKeys},
		{"nothing", `{}`, ErrAnswer},
		{"cut short", `{"Table":{` + keys + `,` + types, ErrAnswer},
		{"empty", ``, ErrAnswer},
	} {
		if err := CheckTable([]byte(tt.answer)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
}
