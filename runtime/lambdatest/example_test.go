package lambdatest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"reduction/runtime/lambdatest"
)

// A program under test runs with these variables in its environment.
func Example() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("logs")
	server.S3.Put("logs", "day.csv", []byte("Hospital,Diagnosis,Treatment,Recovery Time\n"))
	for _, variable := range server.Env() {
		name, _, _ := strings.Cut(variable, "=")
		fmt.Println(name)
	}
	// Output:
	// AWS_ENDPOINT_URL
	// AWS_REGION
	// AWS_DEFAULT_REGION
	// AWS_ACCESS_KEY_ID
	// AWS_SECRET_ACCESS_KEY
}

// A request without a signature is refused, and is in the log.
func ExampleServer_Requests() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("logs")
	resp, err := http.Get(server.URL + "/logs/day.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	for _, r := range server.Requests() {
		fmt.Println(r.Service, r.Operation, r.Bucket, r.Key, r.Status)
	}
	// Output: s3 GetObject logs day.csv 403
}

// The first GetObject is cut after a megabyte, the second one is throttled.
func ExampleServer_Inject() {
	server := lambdatest.NewServer()
	defer server.Close()
	plan := lambdatest.Only("GetObject", lambdatest.Script(
		lambdatest.Fault{Kind: lambdatest.Cut, Bytes: 1 << 20},
		lambdatest.Fault{Kind: lambdatest.Throttle},
	))
	server.Inject(plan)

	// The server asks the plan about each request.
	for _, operation := range []string{"PutObject", "GetObject", "GetObject", "GetObject"} {
		fmt.Println(operation, plan(lambdatest.Call{Service: "s3", Operation: operation}))
	}
	// Output:
	// PutObject None
	// GetObject Cut(1048576)
	// GetObject Throttle
	// GetObject None
}

// The same calls meet the same faults in every run.
func ExampleRandom() {
	plan := lambdatest.Random(7, 0.5, lambdatest.Cut, lambdatest.Throttle)
	for attempt := range 4 {
		fmt.Println(plan(lambdatest.Call{Service: "s3", Operation: "GetObject", Attempt: attempt + 1}))
	}
	// Output:
	// None
	// None
	// None
	// Cut(79)
}

// A network like the one between a function and S3 in its region: one millisecond, and 90 MB/s
// for each connection. A first request takes two round trips, one for the connect.
func ExampleNetwork() {
	server := lambdatest.NewUnstartedServer()
	server.Network = lambdatest.Network{RoundTrip: time.Millisecond, Bandwidth: 90_000_000}
	server.Start()
	defer server.Close()

	begin := time.Now()
	resp, err := http.Get(server.URL)
	if err != nil {
		fmt.Println(err)
		return
	}
	resp.Body.Close()
	fmt.Println(time.Since(begin) >= 2*time.Millisecond)
	// Output: true
}
