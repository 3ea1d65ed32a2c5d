package netbench

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"hash/crc32"
	"hash/crc64"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/internal/aws"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/transport"
	"reduction/sigv4"
)

// canned answers every request that comes over the loopback interface. It looks at no more
// of one than it must and allocates nothing for it: what a benchmark measures is the client.
type canned struct {
	url, address string
	caBundle     string // with TLS, the file that names its authority
}

// An answerer returns the answer to a request with this head.
type answerer func(head []byte) (answer, body []byte)

func newCanned(b *testing.B, encrypted bool, answer answerer) *canned {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	c := &canned{address: l.Addr().String()}
	c.url = "http://" + c.address
	if encrypted {
		c.url = "https://" + c.address
		l = tls.NewListener(l, c.certificate(b))
	}
	b.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go serve(nc, answer)
		}
	}()
	return c
}

// certificate borrows that of net/http/httptest.
func (c *canned) certificate(b *testing.B) *tls.Config {
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	c.caBundle = filepath.Join(b.TempDir(), "ca.pem")
	text := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(c.caBundle, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return &tls.Config{Certificates: s.TLS.Certificates}
}

func serve(nc net.Conn, answer answerer) {
	defer nc.Close()
	in := bufio.NewReaderSize(nc, 64<<10)
	var head []byte
	for {
		head = head[:0]
		for !bytes.HasSuffix(head, []byte("\r\n\r\n")) {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return
			}
			head = append(head, line...)
		}
		if _, err := in.Discard(contentLength(head)); err != nil {
			return
		}
		h, body := answer(head)
		if _, err := nc.Write(h); err != nil {
			return
		}
		if _, err := nc.Write(body); err != nil {
			return
		}
	}
}

// contentLength is that of a request whose head this is.
func contentLength(head []byte) (n int) {
	_, rest, _ := bytes.Cut(head, []byte("\r\nContent-Length: "))
	for ; len(rest) > 0 && '0' <= rest[0] && rest[0] <= '9'; rest = rest[1:] {
		n = 10*n + int(rest[0]-'0')
	}
	return n
}

// cannedS3 is an S3 that has one object, with its checksum.
func cannedS3(data []byte) answerer {
	sum := crc64.New(crc64.MakeTable(0x9a6c9329ac4bc9b5)) // CRC64NVME
	sum.Write(data)
	head := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Length: %d\r\nETag: \"5d41402abc4b2a76b9719d911017c592\"\r\n"+
		"x-amz-checksum-type: FULL_OBJECT\r\nx-amz-checksum-crc64nvme: %s\r\n\r\n",
		len(data), base64.StdEncoding.EncodeToString(sum.Sum(nil)))
	return func([]byte) ([]byte, []byte) { return head, data }
}

// cannedDynamoDB is one that always has the capacity.
func cannedDynamoDB() answerer {
	body := []byte(`{"UnprocessedItems":{}}`)
	head := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/x-amz-json-1.0\r\nX-Amz-Crc32: %d\r\nContent-Length: %d\r\n\r\n",
		crc32.ChecksumIEEE(body), len(body))
	answer := append(head, body...)
	return func([]byte) ([]byte, []byte) { return answer, nil }
}

// cannedRuntimeAPI is a Lambda whose next event is there when it is asked for.
func cannedRuntimeAPI(event []byte) answerer {
	next := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"+
		"Lambda-Runtime-Aws-Request-Id: 8476a536-e9f4-11e8-9739-2dfe598c3fcd\r\n"+
		"Lambda-Runtime-Deadline-Ms: 4102444800000\r\n"+
		"Lambda-Runtime-Invoked-Function-Arn: arn:aws:lambda:us-east-1:123456789012:function:reduction\r\n"+
		"Content-Length: %d\r\n\r\n%s", len(event), event)
	accepted := []byte("HTTP/1.1 202 Accepted\r\nContent-Length: 0\r\n\r\n")
	return func(head []byte) ([]byte, []byte) {
		if head[0] == 'G' {
			return next, nil
		}
		return accepted, nil
	}
}

// client is a function's.
func (c *canned) client(b *testing.B) *aws.Client {
	client, err := aws.New(aws.Config{
		Region:      "us-east-1",
		Credentials: credentials,
		Endpoints:   endpoint.Settings{S3: c.url, DynamoDB: c.url},
		Options:     transport.Options{CABundle: c.caBundle},
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(client.Close)
	return client
}

// credentials are those of AWS's documentation, with a token as a function has one.
var credentials = sigv4.Credentials{
	AccessKeyID:     "AKIAIOSFODNN7EXAMPLE",
	SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
	SessionToken:    strings.Repeat("token", 80),
}
