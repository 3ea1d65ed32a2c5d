//go:build ignore

// Package a binary as the deployment package of a provided.al2023 function:
//
//	go run deploy/package.go BINARY ZIP
//
// The archive holds one file, "bootstrap", executable, and is the same bytes for the same
// binary: it carries no time and no owner.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"log"
	"os"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 3 {
		log.Fatal("usage: go run deploy/package.go BINARY ZIP")
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
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	// The zero Modified leaves the date fields empty.
	header := &zip.FileHeader{Name: "bootstrap", Method: zip.Deflate}
	header.SetMode(0o755)
	w, err := z.CreateHeader(header)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(binary); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
