package dynamodb

import "testing"

func TestItemSize(t *testing.T) {
	for _, test := range []struct {
		value string
		size  int // without the name
	}{
		{`{"S":""}`, 0}, {`{"S":"aé"}`, 3}, {`{"B":"YWI="}`, 2}, {`{"BOOL":false}`, 1}, {`{"NULL":true}`, 1},
		{`{"N":"0"}`, 1}, {`{"N":"1"}`, 2}, {`{"N":"12"}`, 2}, {`{"N":"123"}`, 3}, {`{"N":"-1"}`, 3}, {`{"N":"100"}`, 2}, {`{"N":"0.01"}`, 2},
		{`{"N":"12345678901234567890123456789012345678"}`, 20}, {`{"N":"1.2345678901234567890123456789012345678"}`, 21},
		{`{"SS":["a","bc"]}`, 3}, {`{"NS":["1","12"]}`, 4}, {`{"BS":["YQ==","YWI="]}`, 3},
		{`{"L":[]}`, 3}, {`{"L":[{"S":"ab"},{"NULL":true}]}`, 8}, {`{"M":{}}`, 3}, {`{"M":{"ab":{"S":"c"}}}`, 7},
	} {
		p, err := parseRequest([]byte(`{"v":` + test.value + `}`))
		if err != nil {
			t.Fatal(err)
		}
		v, err := p.value(p.m["v"], 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := v.size(); got != test.size {
			t.Errorf("%s: %d, want %d", test.value, got, test.size)
		}
		if got := (Item{"name": v}).size(); got != test.size+4 {
			t.Errorf("%s with its name: %d", test.value, got)
		}
	}
}
