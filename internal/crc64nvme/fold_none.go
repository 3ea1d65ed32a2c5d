//go:build !(amd64 || arm64) || purego

package crc64nvme

// variants are the folds of this build.
func variants() []variant { return []variant{{"table", foldTable}} }
