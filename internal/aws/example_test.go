package aws_test

import (
	"context"
	"fmt"
	"io"
	"strings"

	"reduction/ddbwire"
	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/runtime/lambdatest"
)

// environment is what os.Getenv is in a function.
func environment(s *lambdatest.Server) func(string) string {
	return func(name string) string {
		for _, v := range s.Env() {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

func ExampleClient_read() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("logs")
	server.S3.Put("logs", "today.csv", []byte("Hospital,Diagnosis\n"))

	config, err := aws.FromEnv(environment(server))
	if err != nil {
		fmt.Println(err)
		return
	}
	client, err := aws.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	object, err := client.S3.Object(context.Background(), s3.ObjectRef{Bucket: "logs", Key: "today.csv"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer object.Close()
	text, err := io.ReadAll(object)
	fmt.Printf("%d bytes: %q, %v\n", object.Size(), text, err)
	// Output: 19 bytes: "Hospital,Diagnosis\n", <nil>
}

func ExampleClient_write() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.DynamoDB.CreateTable("results")

	config, _ := aws.FromEnv(environment(server))
	client, err := aws.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	var batch ddbwire.Batch
	batch.Reset("results")
	batch.Put(ddbwire.S("PK", "request"), ddbwire.S("SK", "one"), ddbwire.N("AverageRecoveryTime", "32.5"))
	batch.Put(ddbwire.S("PK", "request"), ddbwire.S("SK", "two"), ddbwire.N("AverageRecoveryTime", "7"))
	w := client.DynamoDB.Writer(context.Background())
	defer w.Close()
	err = w.BatchWrite(&batch)
	fmt.Println(len(server.DynamoDB.Items("results")), err)
	// Output: 2 <nil>
}

func ExampleFromEnv() {
	config, err := aws.FromEnv(func(name string) string {
		return map[string]string{"AWS_REGION": "eu-west-1", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512"}[name]
	})
	fmt.Println(config.Region, config.MemoryMB, err)
	_, err = aws.New(config)
	fmt.Println(err)
	// Output:
	// eu-west-1 512 <nil>
	// aws: no credentials: neither AWS_ACCESS_KEY_ID nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set
}
