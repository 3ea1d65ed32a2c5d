package cli

import "testing"

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]int64{
		"1": 1, "4096": 4096, "7B": 7, "64MB": 64e6, "64 MB": 64e6, "1.5GiB": 3 << 29, "10TB": 1e13, "2kB": 2000, "2KiB": 2048, "1PB": 1e15,
	} {
		if got, err := parseBytes(text); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"", "MB", "-1", "0", "0.5", "64mb", "1e30", "NaN", "1 2MB", "inf"} {
		if got, err := parseBytes(text); err == nil {
			t.Errorf("%s: %d", text, got)
		}
	}
}
