// Package account calls AWS's services with the credentials, the region and the settings that the
// AWS CLI would use: those of the environment, then those of a profile in ~/.aws.
//
// Of a profile it knows keys and credential_process. A profile that gets its credentials elsewhere,
// by a role, a web identity or a login, is refused by name, with the command that exports them;
// other credentials are never taken in their place.
package account

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/env"
	"reduction/sigv4"
)

// A Source is where an account is read from. Its zero value is the environment of this process.
type Source struct {
	Profile string // of --profile; it goes before keys in the environment, as in the CLI
	Region  string // of --region; "" is that of the environment, or of the profile

	Getenv func(string) string // nil: os.Getenv
	Home   string              // "": the user's
}

// An Account is a way to call services in one region. Its methods are not safe for concurrent use.
type Account struct {
	Region string
	From   string // where the credentials are from, for a person: "profile work"

	HTTP  *http.Client
	Now   func() time.Time
	Sleep func(context.Context, time.Duration) error // between attempts

	source      Source
	credentials sigv4.Credentials
	endpoint    func(service string) string
}

// Load reads the account of a source.
func Load(s Source) (*Account, error) {
	if s.Getenv == nil {
		s.Getenv = os.Getenv
	}
	if s.Home == "" {
		s.Home, _ = os.UserHomeDir() // without one there are no profiles
	}
	p, err := s.profile()
	if err != nil {
		return nil, err
	}
	a := &Account{Now: time.Now, Sleep: sleep, source: s}
	if a.credentials, a.From, err = s.credentials(p); err != nil {
		return nil, err
	}
	r := env.New(s.Getenv)
	a.Region = s.Region
	for _, region := range []string{r.First("AWS_REGION", "AWS_DEFAULT_REGION"), p.value("region")} {
		if a.Region == "" {
			a.Region = region
		}
	}
	if a.Region == "" {
		return nil, errors.New("no region: give --region, set AWS_REGION, or give the function's ARN")
	}
	fips, dual := r.Bool("AWS_USE_FIPS_ENDPOINT"), r.Bool("AWS_USE_DUALSTACK_ENDPOINT")
	ignore := r.Bool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS")
	if err := r.Err(); err != nil {
		return nil, err
	}
	a.endpoint = func(service string) string {
		if !ignore {
			configured := r.First("AWS_ENDPOINT_URL_"+strings.ToUpper(endpointName(service)), "AWS_ENDPOINT_URL")
			if configured == "" {
				configured = p.value("endpoint_url")
			}
			if configured != "" {
				return strings.TrimRight(configured, "/")
			}
		}
		return "https://" + endpoint.RegionalHost(service, a.Region, fips, dual)
	}
	if u, err := url.Parse(a.endpoint("lambda")); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the endpoint %q is no URL of http or https", a.endpoint("lambda"))
	}
	bundle := s.Getenv("AWS_CA_BUNDLE")
	if bundle == "" {
		bundle = p.value("ca_bundle")
	}
	a.HTTP, err = httpClient(bundle)
	return a, err
}

// endpointName returns the name that a service has in the variable for its endpoint. AWS SDKs and
// Tools Reference Guide, Service-specific endpoints.
func endpointName(service string) string {
	if service == "monitoring" {
		return "cloudwatch"
	}
	return service
}

// httpClient returns a client that trusts the authorities in a file, or the system's. It follows no
// redirect: a signature is for one host.
func httpClient(bundle string) (*http.Client, error) {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if bundle != "" {
		pem, err := os.ReadFile(bundle)
		if err != nil {
			return nil, fmt.Errorf("AWS_CA_BUNDLE: %w", err)
		}
		roots := x509.NewCertPool()
		if !roots.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("AWS_CA_BUNDLE: %s has no certificate", bundle)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, nil
}

// refresh reads the credentials again. It reports whether they are others now.
func (a *Account) refresh() bool {
	p, err := a.source.profile()
	if err != nil {
		return false
	}
	c, _, err := a.source.credentials(p)
	if err != nil || c == a.credentials {
		return false
	}
	a.credentials = c
	return true
}

// sleep waits for a time, or for the end of the context.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// file returns the path of a file in ~/.aws, or the one that a variable names.
func (s *Source) file(variable, name string) string {
	if path := s.Getenv(variable); path != "" {
		if rest, ok := strings.CutPrefix(path, "~"+string(filepath.Separator)); ok {
			return filepath.Join(s.Home, rest)
		}
		return path
	}
	return filepath.Join(s.Home, ".aws", name)
}
