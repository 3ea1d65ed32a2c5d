package aws

import (
	"errors"
	"net/netip"
	"net/url"
	"strings"
)

// ErrEndpoint says that the settings lead to no valid endpoint.
var ErrEndpoint = errors.New("no such endpoint")

// endpoint is where a service is reached.
type endpoint struct {
	tls    bool
	host   string // as in the Host header: with a port unless it is the scheme's default
	prefix string // of every path, without a final slash
}

// address returns the host and port to dial.
func (e endpoint) address() string {
	if port := strings.LastIndexByte(e.host, ':'); port >= 0 && !strings.HasSuffix(e.host, "]") {
		return e.host
	}
	if e.tls {
		return e.host + ":443"
	}
	return e.host + ":80"
}

// name returns the host without port and brackets, as in certificates.
func (e endpoint) name() string {
	s := e.address()
	return strings.Trim(s[:strings.LastIndexByte(s, ':')], "[]")
}

// Endpoints are the settings that decide which hosts get the requests.
type Endpoints struct {
	S3        string // AWS_ENDPOINT_URL_S3, or AWS_ENDPOINT_URL; "": by region
	DynamoDB  string // AWS_ENDPOINT_URL_DYNAMODB, or AWS_ENDPOINT_URL; "": by region
	FIPS      bool   // AWS_USE_FIPS_ENDPOINT
	DualStack bool   // AWS_USE_DUALSTACK_ENDPOINT

	// DynamoDB has a host for each account, which SDKs prefer. AWS SDKs and Tools Reference
	// Guide, Account-based endpoints.
	AccountID   string // AWS_ACCOUNT_ID
	AccountMode string // AWS_ACCOUNT_ID_ENDPOINT_MODE: preferred (or ""), required, disabled
}

// parseEndpoint reads an endpoint's URL.
func parseEndpoint(s string) (endpoint, error) {
	u, err := url.Parse(s)
	if err != nil {
		return endpoint{}, &endpointError{s, "it is no URL"}
	}
	switch {
	case u.Scheme != "http" && u.Scheme != "https":
		return endpoint{}, &endpointError{s, "it begins with neither http:// nor https://"}
	case u.Hostname() == "":
		return endpoint{}, &endpointError{s, "it has no host"}
	case u.RawQuery != "" || u.Fragment != "" || u.User != nil:
		return endpoint{}, &endpointError{s, "it has more than scheme, host, port and path"}
	}
	host := u.Host
	if port := u.Port(); u.Scheme == "http" && port == "80" || u.Scheme == "https" && port == "443" {
		host = strings.TrimSuffix(host, ":"+port)
	}
	return endpoint{tls: u.Scheme == "https", host: host, prefix: strings.TrimRight(u.EscapedPath(), "/")}, nil
}

// s3 returns the endpoint of a bucket in a region, and whether the bucket's name goes into the
// path. It does for custom endpoints, which seldom have a host for each bucket, and for buckets
// that the certificate's wildcard does not match.
func (e *Endpoints) s3(region, bucket string) (at endpoint, pathStyle bool, err error) {
	if e.S3 != "" {
		if e.FIPS || e.DualStack {
			return at, false, &endpointError{e.S3, "a custom endpoint goes with neither AWS_USE_FIPS_ENDPOINT nor AWS_USE_DUALSTACK_ENDPOINT"}
		}
		at, err = parseEndpoint(e.S3)
		return at, true, err
	}
	p := partitionOf(region)
	host := "s3"
	if e.FIPS {
		if !p.s3FIPS {
			return at, false, &endpointError{region, "S3 has no FIPS endpoint in partition " + p.name}
		}
		host = "s3-fips"
	}
	if e.DualStack {
		host += ".dualstack"
	}
	host += "." + region + "." + p.suffix
	if !isHostLabel(bucket) || bucket != strings.ToLower(bucket) {
		return endpoint{tls: true, host: host}, true, nil
	}
	return endpoint{tls: true, host: bucket + "." + host}, false, nil
}

// dynamoDB returns the endpoint of a region's tables. accountID is the one that came with the
// credentials, or "".
func (e *Endpoints) dynamoDB(region, accountID string) (endpoint, error) {
	if e.DynamoDB != "" {
		if e.FIPS || e.DualStack {
			return endpoint{}, &endpointError{e.DynamoDB, "a custom endpoint goes with neither AWS_USE_FIPS_ENDPOINT nor AWS_USE_DUALSTACK_ENDPOINT"}
		}
		return parseEndpoint(e.DynamoDB)
	}
	if e.AccountID != "" {
		accountID = e.AccountID
	}
	p := partitionOf(region)
	suffix := p.suffix
	if e.DualStack {
		suffix = p.dualSuffix
	}
	required := e.AccountMode == "required"
	switch {
	case required && (e.FIPS || !p.accountHosts):
		return endpoint{}, &endpointError{region, "AWS_ACCOUNT_ID_ENDPOINT_MODE is required, but there are no endpoints by account with FIPS or in partition " + p.name}
	case required && accountID == "":
		return endpoint{}, &endpointError{region, "AWS_ACCOUNT_ID_ENDPOINT_MODE is required, but no account ID is known: set AWS_ACCOUNT_ID"}
	}
	host := "dynamodb"
	switch {
	case e.FIPS && (p.name != "aws-us-gov" || e.DualStack):
		host = "dynamodb-fips"
	case e.FIPS || e.AccountMode == "disabled" || accountID == "" || !p.accountHosts:
	case !isHostLabel(accountID):
		return endpoint{}, &endpointError{region, "AWS_ACCOUNT_ID is no account ID"}
	default:
		host = accountID + ".ddb"
	}
	return endpoint{tls: true, host: host + "." + region + "." + suffix}, nil
}

// isLoopback reports whether a host's name or address is one of this machine. It does not ask DNS.
func isLoopback(host string) bool {
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

type endpointError struct{ what, why string }

func (e *endpointError) Error() string {
	return "aws: endpoint for " + withoutUser(e.what) + ": " + e.why
}
func (e *endpointError) Unwrap() error { return ErrEndpoint }
