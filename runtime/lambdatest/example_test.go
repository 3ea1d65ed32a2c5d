package lambdatest_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"reduction/runtime/lambdatest"
)

func Example() {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("logs")
	s.S3.Put("logs", "day.csv", []byte("Hospital,Diagnosis,Treatment,Recovery Time\n"))
	for _, variable := range s.Env() {
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

// A request without a signature is refused, and in the log.
func ExampleS3_Requests() {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("logs")
	resp, err := http.Get(s.URL + "/logs/day.csv")
	if err != nil {
		fmt.Println(err)
		return
	}
	io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	for _, r := range s.S3.Requests() {
		fmt.Println(r.Operation, r.Bucket, r.Key, r.Status)
	}
	// Output: GetObject logs day.csv 403
}

func ExampleServer_Inject() {
	s := lambdatest.NewServer()
	defer s.Close()
	s.Inject(lambdatest.Only("GetObject", lambdatest.Script(
		lambdatest.Fault{Kind: lambdatest.Cut, Bytes: 1 << 20},
		lambdatest.Fault{Kind: lambdatest.Throttle},
	)))
}

// The same calls meet the same faults every time.
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

// S3 as a function sees it from its region: a millisecond away, 90 MB/s a connection.
func ExampleNetwork() {
	s := lambdatest.NewUnstartedServer()
	s.Network = lambdatest.Network{RoundTrip: time.Millisecond, Bandwidth: 90_000_000}
	s.StartTLS()
	defer s.Close()
}

// An object of 50 GB takes no memory.
func ExampleS3_PutSynthetic() {
	s := lambdatest.NewServer()
	defer s.Close()
	s.S3.CreateBucket("logs")
	const row = "City Hospital,Asthma,Therapy A,12\n"
	s.S3.PutSynthetic("logs", "huge.csv", 50<<30/int64(len(row))*int64(len(row)), func(off int64, p []byte) {
		for i := range p {
			p[i] = row[(off+int64(i))%int64(len(row))]
		}
	})
}
