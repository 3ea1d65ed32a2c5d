package cli

import "testing"

func TestThousands(t *testing.T) {
	for in, want := range map[int64]string{0: "0", 12: "12", 999: "999", 1000: "1,000", 123456: "123,456", 1234567: "1,234,567", -999: "-999", -1000: "-1,000"} {
		if got := Thousands(in); got != want {
			t.Errorf("%d: %s, want %s", in, got, want)
		}
	}
}

func TestSize(t *testing.T) {
	for in, want := range map[int64]string{0: "0 B", 999: "999 B", 1000: "1 kB", 44816582: "44.8 MB", 999_499: "999 kB", 999_500: "1 MB", 999_900_000: "1 GB", 2_000_000_000: "2 GB"} {
		if got := Size(in); got != want {
			t.Errorf("%d: %s, want %s", in, got, want)
		}
	}
}

func TestMilliseconds(t *testing.T) {
	for in, want := range map[float64]string{0: "0.00 ms", 1.234: "1.23 ms", 9.994: "9.99 ms", 9.996: "10.0 ms", 99.94: "99.9 ms", 99.96: "100 ms", 1234.5: "1234 ms"} {
		if got := Milliseconds(in); got != want {
			t.Errorf("%v: %s, want %s", in, got, want)
		}
	}
}

func TestDollars(t *testing.T) {
	for in, want := range map[float64]string{0: "$0.00", 0.5: "$0.50", 99.94: "$99.94", 99.96: "$100", 1234.5: "$1,235"} {
		if got := Dollars(in); got != want {
			t.Errorf("%v: %s, want %s", in, got, want)
		}
	}
}

func TestRoughTime(t *testing.T) {
	for in, want := range map[float64]string{0.4: "a moment", 1: "1 s", 89: "89 s", 90: "2 min", 900: "15 min"} {
		if got := RoughTime(in); got != want {
			t.Errorf("%v: %s, want %s", in, got, want)
		}
	}
}
