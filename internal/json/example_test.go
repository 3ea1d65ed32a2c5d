package json_test

import (
	"fmt"

	"reduction/internal/json"
)

func ExampleScanner() {
	s := json.NewScanner([]byte(`{"bucket": "feed", "tags": {"a": [1, 2]}, "keys": ["1.csv", "2.csv"]}`))
	var bucket string
	var keys []string
	for name := range s.Object() {
		switch string(name) {
		case "bucket":
			bucket = string(s.Text())
		case "keys":
			for range s.Array() {
				keys = append(keys, string(s.Text()))
			}
		}
	}
	if err := s.End(); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bucket, keys)
	// Output: feed [1.csv 2.csv]
}

func ExampleCheck() {
	fmt.Println(json.Check([]byte(`{"a": [1, 2,]}`)))
	// Output: json: invalid JSON at byte 12
}

func ExampleAppendString() {
	fmt.Printf("%s\n", json.AppendString([]byte(`{"Hospital":`), `"General"`))
	// Output: {"Hospital":"\"General\""
}
