//go:build !(amd64 || arm64) || purego

package csvfast

// variants are the kernels of this build that the machine can run, the fastest first.
func variants() []variant { return []variant{{"generic", scanGeneric}} }
