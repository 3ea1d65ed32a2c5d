// The smallest function with AWS's library for Go, and the SDK linked but not used: the
// condition is never true, and the linker can't know it.
package main

import (
	"context"
	"os"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

func main() {
	if os.Getenv("NEVER") != "" {
		cfg, _ := config.LoadDefaultConfig(context.Background())
		s3.NewFromConfig(cfg).GetObject(context.Background(), nil)
		dynamodb.NewFromConfig(cfg).BatchWriteItem(context.Background(), nil)
	}
	lambda.Start(func() (string, error) { return "hello", nil })
}
