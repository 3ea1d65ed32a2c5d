//go:build !purego && linux

package cpu

import (
	"os"
	"strings"
	"testing"
)

// TestHas compares what the processor says with what the kernel lists. The kernel may hide a set,
// so only what it lists must be there.
func TestHas(t *testing.T) {
	info, err := os.ReadFile("/proc/cpuinfo")
	if err != nil {
		t.Skip("no list of features: ", err)
	}
	_, flags, ok := strings.Cut(string(info), "\nflags")
	if !ok {
		t.Skip("/proc/cpuinfo lists no flags")
	}
	flags, _, _ = strings.Cut(flags, "\n")
	listed := strings.Fields(flags)
	for name, f := range map[string]Features{
		"aes": AES, "pclmulqdq": PCLMULQDQ, "popcnt": POPCNT, "avx": AVX, "bmi1": BMI1, "avx2": AVX2,
		"vpclmulqdq": VPCLMULQDQ, "avx512f": AVX512F, "avx512bw": AVX512BW, "avx512_vbmi2": AVX512VBMI2,
	} {
		for _, l := range listed {
			if l == name && !Has(f) {
				t.Errorf("%s is listed and not found", name)
			}
		}
	}
	if Has(AVX512F) && !Has(AVX2|AVX) {
		t.Error("AVX-512 without AVX2")
	}
}
