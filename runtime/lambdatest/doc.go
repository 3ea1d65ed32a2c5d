// Package lambdatest is AWS Lambda, S3 and DynamoDB for tests, in the manner of
// net/http/httptest: servers on a loopback address that real clients talk to.
//
//	s := lambdatest.NewServer()
//	defer s.Close()
//	s.S3.CreateBucket("logs")
//	s.S3.Put("logs", "day.csv", data)
//	s.DynamoDB.CreateTable("results")
//	fn := s.Lambda.CreateFunction(lambdatest.FunctionConfig{Name: "f", Exec: []string{"./bootstrap"}})
//	result, err := fn.Invoke(ctx, nil)
//
// A Server listens on one address. What a request is for is told by the service its
// signature is scoped to, by X-Amz-Target, or by its path. Server.Env returns the environment
// variables that point a client there: the AWS CLI, every SDK, a function under test.
//
// # A judge
//
// Nothing is taken on trust. Every request's signature is calculated again from the request
// as it came (Signature Version 4: header and presigned URL, aws-chunked bodies with signed
// or unsigned chunks and trailers) and compared; the access key, session token, region,
// service, date and body hash are held to what they must be; what AWS refuses is refused
// with AWS's status, code and words. The package imports nothing but the standard library,
// so that it shares no mistake with the code it judges.
//
// # What is emulated
//
// S3: objects with ranges, conditions, versions, metadata and checksums (CRC64NVME, CRC32,
// CRC32C, SHA-1, SHA-256; whole-object and composite); listings; copies; multipart uploads;
// path-style and virtual-hosted addresses. Put stores; PutSynthetic makes an object of any
// size that is calculated as it is read.
//
// DynamoDB: see DynamoDB. Lambda's Invoke API and the Runtime API behind it: see Lambda.
//
// # The network's shape and its faults
//
// Server.Network delays and paces connections: a round trip for the connect, for every turn
// of the TLS handshake and for every request, so many bytes a second for one connection and
// for all. Server.Inject makes requests fail: Script in a fixed order, Random by a seed.
//
// # What is not
//
// IAM policies, bucket policies and ACLs: the one pair of keys may do everything. Encryption,
// replication, lifecycle rules, object locks, notifications, tagging beyond keeping what is
// given. Regions: there is one, although an S3 bucket can be made to live in another, to see
// a client redirected. Durability: all is in memory. Anything not emulated is refused as not
// implemented, never ignored, where ignoring it would change a result.
package lambdatest
