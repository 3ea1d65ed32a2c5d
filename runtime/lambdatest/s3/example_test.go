package s3_test

import (
	"fmt"
	"net/http"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/s3"
)

// A test puts the objects that its function is to read, and looks at those that it wrote.
func ExampleService_Put() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("logs")
	etag := server.S3.Put("logs", "day.csv", []byte("Hospital,Diagnosis\n"))
	fmt.Println(etag)

	data, ok := server.S3.Object("logs", "day.csv")
	fmt.Printf("%q %v\n", data, ok)
	_, ok = server.S3.Object("logs", "other.csv")
	fmt.Println(ok)
	// Output:
	// "e9fd6ca4da7009b26fa9c9dd0a962a48"
	// "Hospital,Diagnosis\n" true
	// false
}

func ExampleService_PutObject() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("logs")
	info := server.S3.PutObject("logs", "day.csv", []byte("Hospital,Diagnosis\n"), http.Header{"Content-Type": {"text/csv"}})
	fmt.Println(info == s3.ObjectInfo{
		Key: "day.csv", ETag: `"e9fd6ca4da7009b26fa9c9dd0a962a48"`, Size: 19, Checksum: "waVhD3wUasY=", ChecksumKind: "CRC64NVME",
	})
	// Output: true
}

// An object of 50 GB takes no memory.
func ExampleService_PutSynthetic() {
	server := lambdatest.NewServer()
	defer server.Close()
	server.S3.CreateBucket("logs")
	const row = "City Hospital,Asthma,Therapy A,12\n"
	const rows = int64(50<<30) / int64(len(row))
	server.S3.PutSynthetic("logs", "huge.csv", rows*int64(len(row)), func(off int64, p []byte) {
		for i := range p {
			p[i] = row[(off+int64(i))%int64(len(row))]
		}
	})
	fmt.Println(rows, "rows")
	// Output: 1579032094 rows
}
