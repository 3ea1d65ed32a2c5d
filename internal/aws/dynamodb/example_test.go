package dynamodb_test

import (
	"fmt"

	"reduction/internal/aws/dynamodb"
)

func ExampleWriteError() {
	err := error(&dynamodb.WriteError{Table: "results", Written: 20, Left: 5, Err: dynamodb.ErrDeadline})
	fmt.Println(err)
	// Output: aws: BatchWriteItem results: the deadline is near
}
