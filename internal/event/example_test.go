package event_test

import (
	"fmt"

	"reduction/internal/event"
)

func ExampleParse() {
	env := event.Environment{Table: "recommendations"}
	notification := `{"Records":[{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{
		"bucket":{"name":"feed"},"object":{"key":"2026/red+flower.csv","eTag":"9b2c"}}}]}`
	e, err := event.Parse([]byte(notification), env)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i, o := range e.Objects {
		fmt.Println(e.Sender, o.Bucket, o.Key, "->", o.Table)
		fmt.Printf("%q\n", e.PartitionKey("8286a188", i)) // made of what is read
	}
	// Output:
	// S3 feed 2026/red flower.csv -> recommendations
	// ""
}

func ExampleEvent_Respond() {
	e, _ := event.Parse([]byte(`{"bucket":"feed","key":"a.csv","table":"t"}`), event.Environment{})
	answer, _ := e.Respond(nil, []event.Result{{Summary: []byte(`{"rows":2000,"groups":400}`)}})
	fmt.Printf("%s\n", answer)

	_, err := event.Parse([]byte(`{"key1":"value1"}`), event.Environment{})
	fmt.Println(err != nil)
	// Output:
	// {"rows":2000,"groups":400}
	// true
}
