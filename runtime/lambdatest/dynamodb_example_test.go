package lambdatest_test

import (
	"fmt"
	"net/http"
	"strings"

	"reduction/runtime/lambdatest"
)

// A table is made from Go, filled by the program under test, and read from Go.
func ExampleDynamoDB_Items() {
	s := lambdatest.NewServer()
	defer s.Close()
	s.DynamoDB.CreateTable("results")

	// The program under test would run with s.Env() in its environment. This request isn't
	// signed, so nothing is written.
	resp, err := http.Post(s.URL, "application/x-amz-json-1.0", strings.NewReader("{}"))
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()

	for _, item := range s.DynamoDB.Items("results") {
		fmt.Println(item["PK"].Text(), item["SK"].Text())
	}
	fmt.Println(len(s.DynamoDB.Items("results")), "items")
	// Output: 0 items
}
