package sigv4

import (
	"os"
	"strings"
	"testing"
	"time"
)

// suiteTime, suiteKeys and suiteSigner are those that AWS's test suite was made with.
var (
	suiteTime = time.Date(2015, 8, 30, 12, 36, 0, 0, time.UTC)
	suiteKeys = Credentials{AccessKeyID: "AKIDEXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"}
)

func suiteSigner() *Signer {
	return &Signer{Credentials: suiteKeys, Region: "us-east-1", Service: "service"}
}

// suiteCase is one case of testdata/aws-sig-v4-test-suite.txt.
type suiteCase struct{ req, creq, sts, authz string }

func readSuite(t *testing.T) map[string]*suiteCase {
	t.Helper()
	data, err := os.ReadFile("testdata/aws-sig-v4-test-suite.txt")
	if err != nil {
		t.Fatal(err)
	}
	cases := make(map[string]*suiteCase)
	sections := strings.Split(string(data), "\n-- ")
	for _, section := range sections[1:] {
		title, text, _ := strings.Cut(section, " --\n")
		name, kind, _ := strings.Cut(title, ".")
		c := cases[name]
		if c == nil {
			c = new(suiteCase)
			cases[name] = c
		}
		switch kind {
		case "req":
			c.req = text
		case "creq":
			c.creq = text
		case "sts":
			c.sts = text
		case "authz":
			c.authz = strings.TrimSuffix(text, "\n")
		}
	}
	return cases
}

// parseRequest reads a request of the suite. Its targets contain spaces, its header folds
// lines: net/http would refuse it.
func parseRequest(text string) *Request {
	head, body, _ := strings.Cut(text, "\n\n")
	lines := strings.Split(head, "\n")
	method, target, _ := strings.Cut(strings.TrimSuffix(lines[0], " HTTP/1.1"), " ")
	r := &Request{Method: method}
	r.Path, r.Query, _ = strings.Cut(target, "?")
	for _, line := range lines[1:] {
		if strings.HasPrefix(line, " ") {
			r.Header[len(r.Header)-1].Value += "\n" + line
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		r.Header = append(r.Header, Header{name, value})
	}
	r.PayloadHash = string(AppendHash(nil, []byte(body)))
	return r
}

func TestSuite(t *testing.T) {
	cases := readSuite(t)
	if len(cases) != 34 {
		t.Fatalf("%d cases", len(cases))
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := suiteSigner()
			r := parseRequest(c.req)
			if _, token, ok := strings.Cut(c.creq, "x-amz-security-token:"); ok {
				token, _, _ = strings.Cut(token, "\n")
				s.SessionToken = token
			}
			check := func(step string, got []byte, want string) {
				if string(got) != want {
					t.Errorf("%s:\ngot\n%s\nwant\n%s", step, got, want)
				}
			}
			s.Sign(r, suiteTime) // it may only replace header fields that are there
			check("canonical request", s.AppendCanonicalRequest(nil, r), c.creq)
			check("string to sign", s.AppendStringToSign(nil, r, suiteTime), c.sts)
			check("authorization", s.AppendAuthorization(nil, r, suiteTime), c.authz)
			check("signature", s.AppendSignature(nil, r, suiteTime), c.authz[len(c.authz)-64:])
			if last := r.Header[len(r.Header)-1]; last.Name != "Authorization" {
				t.Errorf("the last header is %s", last.Name)
			} else {
				check("header", []byte(last.Value), c.authz)
			}
		})
	}
}

// TestPresignedSuite: the same suite, in the form of aws-c-auth for queries
// (tests/aws-signing-test-suite/v4/*/query-signed-request.txt).
func TestPresignedSuite(t *testing.T) {
	for _, test := range []struct{ name, path, query, signature string }{
		{"get-vanilla-utf8-query", "/", "ሴ=bar", "0bdd809b1519ac4f0c1dc3540e2cc46bd0c7f778eda408b2ebf3b913d21ff600"},
		{"get-vanilla-query-order-encoded", "/", "Param-3=Value3&Param=Value2&%E1%88%B4=Value1", "c5f1848ceec943ac2ca68ee720460c23aaae30a2300586597ada94c4a65e4787"},
		{"get-slashes-normalized", "//example//", "", "c1834e8fb0307243711f0f907f6ab7311ed300d87f13792d7ee4da89ab93e082"},
	} {
		r := &Request{Method: "GET", Path: test.path, Query: test.query, Header: []Header{{"Host", "example.amazonaws.com"}}}
		got := string(suiteSigner().AppendPresigned(nil, r, suiteTime, time.Hour))
		if signature := got[len(got)-64:]; signature != test.signature {
			t.Errorf("%s: %s", test.name, got)
		}
	}
}
