// Command pack makes the deployment package of a provided.al2023 function:
//
//	go run ./cmd/pack BINARY ZIP
//
// The archive holds one file, "bootstrap", executable, and is the same bytes for the same
// binary: it carries no time and no owner.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"errors"
	"hash/crc32"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: go run ./cmd/pack BINARY ZIP")
	}
	binary, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	archive, err := pack(binary)
	if err != nil {
		log.Fatal(err)
	}
	if err := os.WriteFile(os.Args[2], archive, 0o644); err != nil {
		log.Fatal(err)
	}
}

func pack(binary []byte) ([]byte, error) {
	packed := deflate(binary)
	unpacked, err := io.ReadAll(flate.NewReader(bytes.NewReader(packed)))
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(unpacked, binary) {
		return nil, errors.New("pack: what was packed does not unpack")
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	// The zero Modified leaves the date fields empty.
	header := &zip.FileHeader{
		Name:               "bootstrap",
		Method:             zip.Deflate,
		CRC32:              crc32.ChecksumIEEE(binary),
		CompressedSize64:   uint64(len(packed)),
		UncompressedSize64: uint64(len(binary)),
	}
	header.SetMode(0o755)
	w, err := z.CreateRaw(header)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(packed); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
