//go:build unix

package netbench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"

	"reduction/internal/aws"
	"reduction/runtime/lambdatest"
)

// distance is the emulated S3 and DynamoDB in a process of its own: it takes no time of the
// function's scheduler and collector, and its CPU time can be told from the function's. It
// still runs on the same cores: on two, what it computes while the function computes is a
// wait that a real function does not have.
type distance struct {
	at      serverAt
	process *exec.Cmd
	ask     *json.Encoder
	answer  *json.Decoder
}

// serverConfig is what the server's process is told, serverAt what it says at first, and
// serverDid when it is asked what it has done since it was last asked.
type (
	serverConfig struct {
		Network   lambdatest.Network
		TLS       bool
		Synthetic int64 // the size of an object of rows that is not stored; 0: none
	}
	serverAt struct {
		URL         string
		Env         []string
		Credentials lambdatest.Credentials
	}
	serverDid struct {
		CPU  time.Duration
		Gets []serverGet
		Puts int
	}
	serverGet struct {
		Range string
		Conn  int64
	}
)

const serverVariable = "REDUCTION_TEST_SERVER"

// TestMain is the server, where the process has been started as one.
func TestMain(m *testing.M) {
	if config := os.Getenv(serverVariable); config != "" {
		serveDistance(config)
		return
	}
	os.Exit(m.Run())
}

// serveDistance serves until its standard input ends.
func serveDistance(config string) {
	debug.SetGCPercent(800)
	var c serverConfig
	if err := json.Unmarshal([]byte(config), &c); err != nil {
		panic(err)
	}
	s := lambdatest.NewUnstartedServer()
	defer s.Close()
	s.Network = c.Network
	if c.TLS {
		s.StartTLS()
	} else {
		s.Start()
	}
	s.S3.CreateBucket(netBucket)
	s.DynamoDB.CreateTable(netTable)
	if c.Synthetic > 0 {
		rows := newEndless()
		s.S3.PutSynthetic(netBucket, syntheticKey, rows.size(c.Synthetic), rows.fill)
	}
	s.S3.Put(netBucket, millionKey, oneMillion.data())
	s.S3.Put(netBucket, tenKey, tenThousand.data())
	s.S3.Put(netBucket, dailyKey, twoThousand.data())
	debug.FreeOSMemory()
	out := json.NewEncoder(os.Stdout)
	out.Encode(serverAt{s.URL, s.Env(), s.Credentials})
	for before, lines := cpuTime(), bufio.NewScanner(os.Stdin); lines.Scan(); {
		did := serverDid{CPU: cpuTime() - before}
		for _, r := range s.Requests() {
			switch r.Operation {
			case "GetObject":
				did.Gets = append(did.Gets, serverGet{r.Range, r.Conn})
			case "BatchWriteItem":
				did.Puts++
			}
		}
		out.Encode(did)
		s.ForgetRequests()
		before = cpuTime()
	}
}

// cpuTime is what this process has used, in its own code and in the kernel.
func cpuTime() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func newDistance(b *testing.B, c serverConfig) *distance {
	config, err := json.Marshal(c)
	if err != nil {
		b.Fatal(err)
	}
	program, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	d := &distance{process: exec.Command(program)}
	d.process.Env = append(os.Environ(), serverVariable+"="+string(config))
	d.process.Stderr = os.Stderr
	in, err1 := d.process.StdinPipe()
	out, err2 := d.process.StdoutPipe()
	if err1 != nil || err2 != nil {
		b.Fatal(err1, err2)
	}
	if err := d.process.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		in.Close()
		d.process.Wait()
	})
	d.ask, d.answer = json.NewEncoder(in), json.NewDecoder(out)
	if err := d.answer.Decode(&d.at); err != nil {
		b.Fatal(err)
	}
	return d
}

// did is what the server has done since it was last asked.
func (d *distance) did(b *testing.B) serverDid {
	var did serverDid
	if err := d.ask.Encode("did"); err != nil {
		b.Fatal(err)
	}
	if err := d.answer.Decode(&did); err != nil {
		b.Fatal(err)
	}
	return did
}

// config is that of a function of a memory size.
func (d *distance) config(b *testing.B, memoryMB int) aws.Config {
	config, err := aws.FromEnv(func(name string) string {
		for _, kv := range append(d.at.Env, fmt.Sprint("AWS_LAMBDA_FUNCTION_MEMORY_SIZE=", memoryMB)) {
			if value, ok := strings.CutPrefix(kv, name+"="); ok {
				return value
			}
		}
		return ""
	})
	if err != nil {
		b.Fatal(err)
	}
	return config
}

func newNetClient(b *testing.B, config aws.Config) *aws.Client {
	client, err := aws.New(config)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	return client
}
