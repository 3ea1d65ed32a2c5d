package lambdatest

import (
	"reduction/runtime/lambdatest/dynamodb"
	"reduction/runtime/lambdatest/lambda"
	"reduction/runtime/lambdatest/s3"
)

// S3 is the S3 of a Server: what package s3 documents, and the log of its requests.
type S3 struct {
	*s3.Service
	requests *requestLog
}

// Requests returns the requests to S3 so far, as Server.Requests does.
func (s *S3) Requests() []Request { return s.requests.of("s3") }

// Most tests name only these types of the services, and so import only this package.
type (
	// Item is an item of a table: attribute values by their names. See dynamodb.Item.
	Item = dynamodb.Item

	// Value is an attribute value: {"S": "text"}. See dynamodb.Value.
	Value = dynamodb.Value

	// Function is a Lambda function. See lambda.Function.
	Function = lambda.Function

	// FunctionConfig describes a Lambda function. See lambda.FunctionConfig.
	FunctionConfig = lambda.FunctionConfig

	// Result is what became of an invocation. See lambda.Result.
	Result = lambda.Result
)
