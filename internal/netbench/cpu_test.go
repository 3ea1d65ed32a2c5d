//go:build unix

package netbench

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"reduction/csvfast"
	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/sigv4"
)

// BenchmarkCores is what reading costs of a core, in seconds a GB: of this process alone,
// kernel included, without the server's. Each row does what the row above does, and more:
//
//	socket     bytes of one connection, read to nowhere; with TLS, decrypted
//	client     the same through Object: attempts, deadlines, lengths
//	scan       fields found
//	groups     rows added up
//	checksum   CRC-64/NVME over all of it
//	ahead      scan and groups, of several connections at 1769 MB: no checksum
//
// gc-core-s/GB is the collector's part of it.
//
//	go test -run='^$' -bench=Cores -benchtime=5x ./internal/netbench
func BenchmarkCores(b *testing.B) {
	const size = 270e6
	for _, encrypted := range []bool{false, true} {
		b.Run(map[bool]string{false: "plain", true: "tls"}[encrypted], func(b *testing.B) {
			d := newDistance(b, serverConfig{TLS: encrypted, Synthetic: size})
			rows := newEndless()
			all, n := rows.size(size), int(rows.rows(rows.size(size)))
			million := oneMillion.data()
			one := newNetClient(b, d.config(b, 256))
			several := newNetClient(b, d.config(b, netMemoryMB))
			buf := make([]byte, 128<<10)
			for _, step := range []struct {
				name  string
				bytes int64
				do    func() error
			}{
				{"socket", all, func() error { return readSocket(d, syntheticKey, buf) }},
				{"client", all, func() error { return readObject(one, func(o io.Reader) error { return discard(o, buf) }) }},
				{"scan", all, func() error { return readObject(one, scan) }},
				{"groups", all, func() error { return reduce(one, syntheticKey, n) }},
				{"checksum", int64(len(million)), func() error { return reduce(one, millionKey, oneMillion.rows) }},
				{"ahead", all, func() error { return reduce(several, syntheticKey, n) }},
			} {
				b.Run(step.name, func(b *testing.B) {
					used, collected := cpuTime(), collectorTime()
					for b.Loop() {
						for done := int64(0); done < size; done += step.bytes {
							if err := step.do(); err != nil {
								b.Fatal(err)
							}
						}
					}
					times := (size + step.bytes - 1) / step.bytes
					gb := float64(times*step.bytes) * float64(b.N) / 1e9
					b.ReportMetric((cpuTime()-used).Seconds()/gb, "core-s/GB")
					b.ReportMetric((collectorTime()-collected)/gb, "gc-core-s/GB")
					b.SetBytes(times * step.bytes)
				})
			}
		})
	}
}

// collectorTime is what the collector has used, in seconds of a core, as of its last run.
func collectorTime() float64 {
	s := []metrics.Sample{{Name: "/cpu/classes/gc/total:cpu-seconds"}, {Name: "/cpu/classes/gc/mark/idle:cpu-seconds"}}
	metrics.Read(s)
	return s[0].Value.Float64() - s[1].Value.Float64()
}

func readObject(client *aws.Client, do func(io.Reader) error) error {
	o, err := client.S3.Object(context.Background(), s3.ObjectRef{Bucket: netBucket, Key: syntheticKey})
	if err != nil {
		return err
	}
	defer o.Close()
	return do(o)
}

func discard(r io.Reader, buf []byte) error {
	for {
		if _, err := r.Read(buf); err == io.EOF {
			return nil
		} else if err != nil {
			return err
		}
	}
}

func scan(r io.Reader) error {
	s := csvfast.NewScanner(r)
	for s.NextBlock() {
	}
	return s.Err()
}

// presigned is an object's URL for anyone.
func (d *distance) presigned(key string) string {
	id := sigv4.Credentials(d.at.Credentials)
	signer := &sigv4.Signer{Credentials: id, Region: "us-east-1", Service: "s3"}
	return d.at.URL + string(signer.AppendPresigned(nil, &sigv4.Request{
		Method: "GET", Path: "/" + netBucket + "/" + key, PayloadHash: sigv4.UnsignedPayload,
		Header: []sigv4.Header{{Name: "Host", Value: d.host()}},
	}, time.Now(), time.Hour))
}

func (d *distance) host() string {
	_, host, _ := strings.Cut(d.at.URL, "://")
	return host
}

// caBundle is the file that names the server's authority, or "" without TLS.
func (d *distance) caBundle() string {
	for _, kv := range d.at.Env {
		if file, ok := strings.CutPrefix(kv, "AWS_CA_BUNDLE="); ok {
			return file
		}
	}
	return ""
}

// readSocket does with an object as little as can be done.
func readSocket(d *distance, key string, buf []byte) error {
	nc, err := net.Dial("tcp", d.host())
	if err != nil {
		return err
	}
	if file := d.caBundle(); file != "" {
		pem, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(pem)
		nc = tls.Client(nc, &tls.Config{RootCAs: roots, ServerName: "127.0.0.1"})
	}
	defer nc.Close()
	target := strings.TrimPrefix(d.presigned(key), d.at.URL)
	if _, err := fmt.Fprintf(nc, "GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", target, d.host()); err != nil {
		return err
	}
	n, err := nc.Read(buf)
	if err != nil || !bytes.HasPrefix(buf[:n], []byte("HTTP/1.1 200")) {
		return fmt.Errorf("%.40q, %v", buf[:n], err)
	}
	return discard(nc, buf)
}
