//go:build !(amd64 || arm64) || purego

package csvfast

// variants returns the kernels that this machine can run, the fastest first.
func variants() []variant { return []variant{{"generic", scanGeneric}} }
