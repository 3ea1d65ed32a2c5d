package request_test

import (
	"fmt"

	"reduction/internal/aws/request"
)

func ExampleError() {
	err := error(&request.Error{
		Op: "GetItem", Place: "results", Status: 400, Code: "AccessDeniedException", Err: request.ErrAccessDenied,
		Hint: "the role needs dynamodb:GetItem on the table",
	})
	fmt.Println(err)
	// Output: aws: GetItem results: access denied (400 AccessDeniedException); the role needs dynamodb:GetItem on the table
}
