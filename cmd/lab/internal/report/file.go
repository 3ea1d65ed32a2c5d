package report

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"strings"
)

// Compressed is what the name of a compressed report ends with.
const Compressed = ".gz"

// Save writes a report to a file as JSON: compressed, and on one line, where the name ends in .gz.
// Without a name it does nothing.
func Save(file string, report any) error {
	if file == "" {
		return nil
	}
	if !strings.HasSuffix(file, Compressed) {
		out, err := json.MarshalIndent(report, "", "  ")
		if err != nil {
			return err
		}
		return os.WriteFile(file, append(out, '\n'), 0o644)
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(z).Encode(report); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(file, b.Bytes(), 0o644)
}

// ReadFile returns what a file holds, or what was compressed into it with gzip.
func ReadFile(file string) ([]byte, error) {
	data, err := os.ReadFile(file)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) { // RFC 1952 §2.3.1
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
