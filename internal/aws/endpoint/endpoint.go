// Package endpoint knows the hosts of AWS: by service, region and partition, or as the settings name
// them.
package endpoint

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// ErrInvalid says that the settings lead to no valid endpoint.
var ErrInvalid = errors.New("no such endpoint")

// URL is where a service is reached.
type URL struct {
	TLS    bool
	Host   string // as in the Host header: with a port unless it is the scheme's default
	Prefix string // of every path, without a final slash
}

// Address returns the host and port to dial.
func (u URL) Address() string {
	if port := strings.LastIndexByte(u.Host, ':'); port >= 0 && !strings.HasSuffix(u.Host, "]") {
		return u.Host
	}
	if u.TLS {
		return u.Host + ":443"
	}
	return u.Host + ":80"
}

// Name returns the host without port and brackets, as in certificates.
func (u URL) Name() string {
	s := u.Address()
	return strings.Trim(s[:strings.LastIndexByte(s, ':')], "[]")
}

// Settings are the settings that decide which hosts get the requests.
type Settings struct {
	S3        string // AWS_ENDPOINT_URL_S3, or AWS_ENDPOINT_URL; "": by region
	DynamoDB  string // AWS_ENDPOINT_URL_DYNAMODB, or AWS_ENDPOINT_URL; "": by region
	FIPS      bool   // AWS_USE_FIPS_ENDPOINT
	DualStack bool   // AWS_USE_DUALSTACK_ENDPOINT

	// DynamoDB has a host for each account, which SDKs prefer. AWS SDKs and Tools Reference
	// Guide, Account-based endpoints.
	AccountID   string // AWS_ACCOUNT_ID
	AccountMode string // AWS_ACCOUNT_ID_ENDPOINT_MODE: preferred (or ""), required, disabled
}

// Parse reads an endpoint's URL.
func Parse(s string) (URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return URL{}, &Error{s, "it is no URL"}
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return URL{}, &Error{s, "it begins with neither http:// nor https://"}
	case u.Hostname() == "":
		return URL{}, &Error{s, "it has no host"}
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return URL{}, &Error{s, "it has more than scheme, host, port and path"}
	}
	host := u.Host
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return URL{TLS: u.Scheme == "https", Host: host, Prefix: strings.TrimRight(u.EscapedPath(), "/")}, nil
}

// Bucket returns the endpoint of a bucket in a region, and whether the bucket's name goes into the
// path. It does for custom endpoints, which seldom have a host for each bucket, and for buckets
// that the certificate's wildcard does not match.
func (s *Settings) Bucket(region, bucket string) (at URL, pathStyle bool, err error) {
	if s.S3 != "" {
		at, err = s.custom(s.S3)
		return at, true, err
	}
	p := partitionOf(region)
	host := "s3"
	if s.FIPS {
		if !p.s3FIPS {
			return at, false, &Error{region, "S3 has no FIPS endpoint in partition " + p.name}
		}
		host = "s3-fips"
	}
	if s.DualStack {
		host += ".dualstack"
	}
	host += "." + region + "." + p.suffix
	if !IsHostLabel(bucket) || bucket != strings.ToLower(bucket) {
		return URL{TLS: true, Host: host}, true, nil
	}
	return URL{TLS: true, Host: bucket + "." + host}, false, nil
}

// Tables returns the endpoint of a region's tables. accountID is the one that came with the
// credentials, or "".
func (s *Settings) Tables(region, accountID string) (URL, error) {
	if s.DynamoDB != "" {
		return s.custom(s.DynamoDB)
	}
	if s.AccountID != "" {
		accountID = s.AccountID
	}
	p := partitionOf(region)
	suffix := p.suffix
	if s.DualStack {
		suffix = p.dualSuffix
	}
	required := s.AccountMode == "required"
	switch {
	case required && (s.FIPS || !p.accountHosts):
		return URL{}, &Error{region, "AWS_ACCOUNT_ID_ENDPOINT_MODE is required, but there are no endpoints by account with FIPS or in partition " + p.name}
	case required && accountID == "":
		return URL{}, &Error{region, "AWS_ACCOUNT_ID_ENDPOINT_MODE is required, but no account ID is known: set AWS_ACCOUNT_ID"}
	}
	host := "dynamodb"
	switch {
	case s.FIPS && (p.name != "aws-us-gov" || s.DualStack):
		host = "dynamodb-fips"
	case s.FIPS || s.AccountMode == "disabled" || accountID == "" || !p.accountHosts:
	case !IsHostLabel(accountID):
		return URL{}, &Error{region, "AWS_ACCOUNT_ID is no account ID"}
	default:
		host = accountID + ".ddb"
	}
	return URL{TLS: true, Host: host + "." + region + "." + suffix}, nil
}

// custom reads the URL of a custom endpoint.
func (s *Settings) custom(url string) (URL, error) {
	if s.FIPS || s.DualStack {
		return URL{}, &Error{url, "a custom endpoint goes with neither AWS_USE_FIPS_ENDPOINT nor AWS_USE_DUALSTACK_ENDPOINT"}
	}
	return Parse(url)
}

// IsLoopback reports whether a host's name or address is one of this machine. It does not ask DNS.
func IsLoopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	a, err := netip.ParseAddr(host)
	return err == nil && a.IsLoopback()
}

// withoutUser removes the user and the password from a text that should be a URL.
func withoutUser(url string) string {
	i := strings.LastIndexByte(url, '@')
	if i < 0 {
		return url
	}
	if scheme, _, ok := strings.Cut(url[:i], "://"); ok {
		return scheme + "://…" + url[i:]
	}
	return "…" + url[i:]
}

// Error says why the settings lead to no valid endpoint.
type Error struct{ What, Why string }

func (e *Error) Error() string { return "aws: endpoint for " + withoutUser(e.What) + ": " + e.Why }
func (e *Error) Unwrap() error { return ErrInvalid }
