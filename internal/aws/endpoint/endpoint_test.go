package endpoint

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestEndpointsOfRegions compares endpoints with AWS's own rules: testdata has botocore's
// endpoints, and the script that asked botocore for them.
func TestEndpointsOfRegions(t *testing.T) {
	table, err := os.ReadFile("testdata/endpoints.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(table)) {
		f := strings.Split(strings.TrimSpace(strings.ReplaceAll(line, "-\t", "\t")), "\t")
		service, region, name, mode, want := f[0], f[1], f[4], f[5], f[6]
		e := &Settings{FIPS: f[2] == "fips", DualStack: f[3] == "dual", AccountMode: mode}
		got := "error"
		if service == "s3" {
			if at, pathStyle, err := e.Bucket(region, name); err == nil {
				got = urlOf(at)
				if pathStyle {
					got += "/" + name
				}
			}
		} else if at, err := e.Tables(region, name); err == nil {
			got = urlOf(at)
		}
		if got != want {
			t.Errorf("%s: %s", strings.TrimSpace(line), got)
		}
	}
}

func urlOf(at URL) string {
	if at.TLS {
		return "https://" + at.Host + at.Prefix
	}
	return "http://" + at.Host + at.Prefix
}

func TestParseEndpoint(t *testing.T) {
	for _, c := range []struct{ url, back, address, name string }{
		{"http://localhost:9000", "http://localhost:9000", "localhost:9000", "localhost"},
		{"http://localhost", "http://localhost", "localhost:80", "localhost"},
		{"https://s3.example.com/", "https://s3.example.com", "s3.example.com:443", "s3.example.com"},
		{"https://s3.example.com:443", "https://s3.example.com", "s3.example.com:443", "s3.example.com"},
		{"https://s3.example.com:80/base/path/", "https://s3.example.com:80/base/path", "s3.example.com:80", "s3.example.com"},
		{"http://[::1]:9000", "http://[::1]:9000", "[::1]:9000", "::1"},
		{"http://[fd00::2]", "http://[fd00::2]", "[fd00::2]:80", "fd00::2"},
		{"https://10.0.0.1", "https://10.0.0.1", "10.0.0.1:443", "10.0.0.1"},
		{"localhost:9000", "", "", ""},
		{"ftp://host", "", "", ""},
		{"http://", "", "", ""},
		{"http://user:secret@host", "", "", ""},
		{"http://host/?x=1", "", "", ""},
		{"http://ho st", "", "", ""},
		{"http://host\r\nX: y", "", "", ""},
	} {
		at, err := Parse(c.url)
		if c.back == "" {
			if !errors.Is(err, ErrInvalid) {
				t.Errorf("%q: %v, %v", c.url, at, err)
			}
			continue
		}
		if err != nil || urlOf(at) != c.back || at.Address() != c.address || at.Name() != c.name {
			t.Errorf("%q: %s %s %s, %v", c.url, urlOf(at), at.Address(), at.Name(), err)
		}
	}
}
