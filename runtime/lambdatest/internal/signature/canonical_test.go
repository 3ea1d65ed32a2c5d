package signature

import (
	"net/http"
	"strings"
	"testing"
)

// From AWS's Signature Version 4 test suite (aws-sig-v4-test-suite): key AKIDEXAMPLE, scope
// 20150830/us-east-1/service/aws4_request.
func TestCanonicalRequest(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	tests := []struct{ name, method, target, header, body, signature string }{
		{"get-vanilla", "GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-vanilla-empty-query-key", "GET", "/?Param1=value1", "", "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
		{"get-utf8", "GET", "/ሴ", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
		{"get-space", "GET", "/example space/", "", "", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"},
		{"get-relative", "GET", "/example/..", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-slashes", "GET", "//example//", "", "", "9a624bd73a37c9a373b5312afbebe7a714a789de108f0bdfe846570885f57e84"},
		{"get-header-value-trim", "GET", "/", "My-Header1: value1|My-Header2: \"a   b   c\"", "", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
		{"get-header-key-duplicate", "GET", "/", "My-Header1: value2|My-Header1: value2|My-Header1: value1", "", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
		{"post-x-www-form-urlencoded", "POST", "/", "Content-Type: application/x-www-form-urlencoded", "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
	}
	sc := scope{"20150830", "us-east-1", "service"}
	for _, test := range tests {
		r := &http.Request{Method: test.method, RequestURI: test.target, Host: "example.amazonaws.com",
			Header: http.Header{"X-Amz-Date": {"20150830T123600Z"}}}
		signed := []string{"host", "x-amz-date"}
		if test.header != "" {
			signed = nil
			for line := range strings.SplitSeq(test.header, "|") {
				name, value, _ := strings.Cut(line, ": ")
				if r.Header.Get(name) == "" {
					signed = append(signed, strings.ToLower(name))
				}
				r.Header.Add(name, value)
			}
			if test.body == "" {
				signed = append([]string{"host"}, signed...)
			} else {
				signed = append(signed, "host")
			}
			signed = append(signed, "x-amz-date")
		}
		canonical := canonicalRequest(r, "service", signed, SHA256Hex([]byte(test.body)))
		toSign := stringToSign(Algorithm, "20150830T123600Z", sc, SHA256Hex([]byte(canonical)))
		if got := hexMAC(signingKey(secret, sc), toSign); got != test.signature {
			t.Errorf("%s: %s, want %s\n%s", test.name, got, test.signature, canonical)
		}
	}
}

// S3 encodes a path once, whichever way a client sends it. The others encode the path as it came.
func TestCanonicalPaths(t *testing.T) {
	for _, test := range []struct{ wire, s3, other string }{
		{"/a%20b", "/a%20b", "/a%2520b"},
		{"/a!*'()b", "/a%21%2A%27%28%29b", "/a%21%2A%27%28%29b"},
		{"/a//b/../c", "/a//b/../c", "/a/c"},
		{"/%2f", "//", "/%252f"},
		{"http://proxied/x", "/x", "/x"},
	} {
		r := &http.Request{RequestURI: test.wire}
		for service, want := range map[string]string{"s3": test.s3, "lambda": test.other} {
			if got := strings.Split(canonicalRequest(r, service, nil, ""), "\n")[1]; got != want {
				t.Errorf("%s of %s: %s, want %s", service, test.wire, got, want)
			}
		}
	}
}
