// Package lambdatest is AWS Lambda, S3 and DynamoDB for tests, as net/http/httptest is a web
// server for tests: it starts them on a loopback address, in the test's own process, and real
// clients talk to them.
//
//	func TestFunction(t *testing.T) {
//		server := lambdatest.NewServer()
//		defer server.Close()
//		server.S3.CreateBucket("logs")
//		server.S3.Put("logs", "day.csv", data)
//		server.DynamoDB.CreateTable("results")
//		fn := server.Lambda.CreateFunction(lambdatest.FunctionConfig{
//			Name: "f", Exec: []string{"./bootstrap"},
//		})
//
//		result, err := fn.Invoke(t.Context(), []byte(`{"key": "day.csv"}`))
//		if err != nil || result.FunctionError != "" {
//			t.Fatalf("%v %s\n%s", err, result.Payload, result.LogTail)
//		}
//		for _, item := range server.DynamoDB.Items("results") {
//			t.Log(item["PK"].Text(), item["SK"].Text())
//		}
//	}
//
// A function finds the server through its environment. Any other client does so through the
// variables of Server.Env: the AWS CLI, an SDK, a program under test. A client in the test's own
// process gets them from Server.Getenv.
//
// What each service knows, and what not, is in the documentation of the packages s3, dynamodb
// and lambda below this one.
//
// # Every request is judged
//
// The server calculates the signature of every request again and compares: Signature Version 4
// in a header or in a presigned URL, and in the chunks and trailers of an aws-chunked body. It
// checks access key, session token, region, service, date and body hash. What AWS would refuse
// is refused, with AWS's status, code and message. So a client that passes here signs and asks
// as AWS demands.
//
// The package imports nothing but the standard library. It shares no code, and so no mistake,
// with the client that it judges.
//
// # Faults and a network
//
// Server.Inject lets requests fail: Script in a fixed order, Random by a seed. Server.Network
// delays and slows down connections, as a network with that round-trip time and bandwidth does.
// Server.Requests returns what clients have asked for, and Server.OnAnswer is called after each answer.
//
// # What is missing
//
// IAM policies, bucket policies and ACLs: whoever has the keys may do everything. Encryption,
// replication, lifecycle rules, object locks and notifications. Other regions, except that a
// bucket can be in one (s3.Service.CreateBucketIn). Data lives in memory and ends with the
// server.
//
// A request for what is missing is refused by name. It is never ignored where ignoring it would
// change a result.
package lambdatest
