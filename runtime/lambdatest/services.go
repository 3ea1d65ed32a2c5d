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

// The types that most tests name, so that they import one package.
type (
	Item           = dynamodb.Item
	Value          = dynamodb.Value
	Function       = lambda.Function
	FunctionConfig = lambda.FunctionConfig
	Result         = lambda.Result
)
