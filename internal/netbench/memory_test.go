package netbench

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
)

var largest = flag.Float64("largest", 0.3, "size of the largest object in TestMemory, in `GB`; 50 takes some minutes")

// The most memory that the function's process may have resident, by memory size.
const (
	smallPeak   = 24 << 20
	smallMemory = 256
	peak        = 64 << 20
)

// TestMemory runs the function as a process over objects that are calculated as they are
// read, and holds that its memory does not depend on their size: the peak is what the kernel
// says of the process, a new one for each object.
//
//	go test -run TestMemory -v -timeout 0 ./internal/netbench -largest 50
func TestMemory(t *testing.T) {
	if goruntime.GOOS != "linux" {
		t.Skip("no /proc/PID/status, which tells a process's peak")
	}
	bootstrap := filepath.Join(t.TempDir(), "bootstrap")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", bootstrap, "reduction/bootstrap")
	build.Env = append(build.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	for _, server := range []struct {
		name  string
		start func() *lambdatest.Server
	}{{"plain", lambdatest.NewServer}, {"tls", lambdatest.NewTLSServer}} {
		for _, memoryMB := range []int{128, smallMemory, netMemoryMB} {
			t.Run(fmt.Sprintf("%s/%dMB", server.name, memoryMB), func(t *testing.T) {
				s := server.start()
				defer s.Close()
				s.S3.CreateBucket(netBucket)
				s.DynamoDB.CreateTable(netTable)
				for _, size := range []int64{1 << 10, 45e6, int64(*largest * 1e9)} {
					holdPeak(t, s, bootstrap, memoryMB, size)
				}
			})
		}
	}
}

// holdPeak holds what one process needs for one object.
func holdPeak(t *testing.T, s *lambdatest.Server, bootstrap string, memoryMB int, size int64) {
	object := newEndless()
	size = object.size(size)
	s.S3.PutSynthetic(netBucket, syntheticKey, size, object.fill)
	fn := s.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name: fmt.Sprint("of-", size), MemoryMB: memoryMB, Timeout: time.Hour, Exec: []string{bootstrap},
		Env: append(s.Env(), "S3_BUCKET="+netBucket, "FILE_NAME="+syntheticKey, "DB_TABLE="+netTable),
	})
	defer fn.Shutdown()
	start := time.Now()
	r, err := fn.Invoke(context.Background(), []byte("{}"))
	if err != nil {
		t.Fatal(err)
	}
	var sum struct{ Rows, Bytes int64 }
	json.Unmarshal(r.Payload, &sum)
	if want := object.rows(size); r.FunctionError != "" || sum.Rows != want || sum.Bytes != size {
		t.Errorf("%d bytes: %s, want %d rows", size, r.Payload, want)
	}
	most := int64(peak)
	if memoryMB <= smallMemory {
		most = smallPeak
	}
	if r.MaxMemory == 0 || r.MaxMemory > most {
		t.Errorf("%d bytes: a peak of %d, at most %d expected", size, r.MaxMemory, most)
	}
	t.Logf("%d bytes: %.1f MB at the peak, %.1f s", size, float64(r.MaxMemory)/1e6, time.Since(start).Seconds())
}
