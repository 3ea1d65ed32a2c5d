package cli

import (
	"errors"
	"math"
	"strconv"
	"strings"
)

// units are the units of sizes: decimal ones as disks and networks have them, and binary ones.
var units = []struct {
	name  string
	bytes float64
}{
	{"KiB", 1 << 10}, {"MiB", 1 << 20}, {"GiB", 1 << 30}, {"TiB", 1 << 40}, {"PiB", 1 << 50},
	{"kB", 1e3}, {"KB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"TB", 1e12}, {"PB", 1e15}, {"B", 1},
}

// Bytes declares a flag for a number of bytes, at least one: 64MB, 1.5GiB or 4096.
func (f *Flags) Bytes(to *int64, name string, value int64, usage string) {
	*to = value
	f.set.Func(name, usage, func(text string) error {
		n, err := parseBytes(text)
		if err == nil {
			*to = n
		}
		return err
	})
}

func parseBytes(text string) (int64, error) {
	number, factor := text, 1.0
	for _, u := range units {
		if before, ok := strings.CutSuffix(text, u.name); ok {
			number, factor = strings.TrimSpace(before), u.bytes
			break
		}
	}
	n, err := strconv.ParseFloat(number, 64)
	if n *= factor; err != nil || !(n >= 1 && n < math.MaxInt64) {
		return 0, errors.New("expected a number of bytes, such as 64MB")
	}
	return int64(n), nil
}
