package dynamodb_test

import (
	"fmt"
	"net/http"
	"strings"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
)

// A test makes the table, lets its function write, and reads the items.
func ExampleService_Items() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.DynamoDB.CreateTable("results")

	// The function under test would run with server.Env() in its environment. This request
	// isn't signed, so it writes nothing.
	resp, err := http.Post(server.URL, "application/x-amz-json-1.0", strings.NewReader("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()

	for _, item := range server.DynamoDB.Items("results") {
		fmt.Println(item["PK"].Text(), item["SK"].Text())
	}
	fmt.Println(len(server.DynamoDB.Items("results")), "items")
	// Output: 0 items
}

func ExampleValue_Text() {
	item := dynamodb.Item{
		"PK":    {"S": "today"},
		"Count": {"N": "12.5"},
		"Done":  {"BOOL": true},
	}
	fmt.Printf("%q %q %q %v\n", item["PK"].Text(), item["Count"].Text(), item["Done"].Text(), item["Done"]["BOOL"])
	// Output: "today" "12.5" "" true
}
