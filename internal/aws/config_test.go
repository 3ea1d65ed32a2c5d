package aws

import (
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/transport"
	"reduction/internal/env"
)

// environ is an environment of "NAME=value" lines.
func environ(lines ...string) func(string) string {
	return func(name string) string {
		for _, l := range lines {
			if n, v, _ := strings.Cut(l, "="); n == name {
				return v
			}
		}
		return ""
	}
}

func TestFromEnv(t *testing.T) {
	for _, c := range []struct {
		env  string
		want Config
		err  error
	}{
		{"AWS_REGION=a AWS_DEFAULT_REGION=b", Config{Region: "a"}, nil},
		{"AWS_DEFAULT_REGION=b", Config{Region: "b"}, nil},
		{"AWS_ENDPOINT_URL=u", Config{Endpoints: endpoint.Settings{S3: "u", DynamoDB: "u"}}, nil},
		{"AWS_ENDPOINT_URL=u AWS_ENDPOINT_URL_S3=s", Config{Endpoints: endpoint.Settings{S3: "s", DynamoDB: "u"}}, nil},
		{"AWS_ENDPOINT_URL_DYNAMODB=d", Config{Endpoints: endpoint.Settings{DynamoDB: "d"}}, nil},
		{"AWS_ENDPOINT_URL=u AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true", Config{}, nil},
		{"AWS_ENDPOINT_URL=u AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=maybe", Config{}, env.ErrSetting},
		{"AWS_USE_FIPS_ENDPOINT=true AWS_USE_DUALSTACK_ENDPOINT=TRUE", Config{Endpoints: endpoint.Settings{FIPS: true, DualStack: true}}, nil},
		{"AWS_USE_FIPS_ENDPOINT=yes", Config{}, env.ErrSetting},
		{"AWS_ACCOUNT_ID=1 AWS_ACCOUNT_ID_ENDPOINT_MODE=required", Config{Endpoints: endpoint.Settings{AccountID: "1", AccountMode: "required"}}, nil},
		{"AWS_ACCOUNT_ID_ENDPOINT_MODE=perhaps", Config{}, env.ErrSetting},
		{"AWS_CA_BUNDLE=a SSL_CERT_FILE=b", Config{Options: transport.Options{CABundle: "a"}}, nil},
		{"SSL_CERT_FILE=b", Config{Options: transport.Options{CABundle: "b"}}, nil},
		{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=512", Config{MemoryMB: 512}, nil},
		{"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=much", Config{}, env.ErrSetting},
		{"AWS_MAX_ATTEMPTS=5", Config{MaxAttempts: 5}, nil},
		{"AWS_MAX_ATTEMPTS=0", Config{}, env.ErrSetting},
		{"READ_TIMEOUT=10 CONNECT_TIMEOUT=2", Config{Options: transport.Options{Stall: 10 * time.Second, Connect: 2 * time.Second}}, nil},
		{"REQUEST_PAYER=requester", Config{RequesterPays: true}, nil},
		{"REQUEST_PAYER=me", Config{}, env.ErrSetting},
		{"READ_TIMEOUT=0", Config{}, env.ErrSetting},
		{"CONNECT_TIMEOUT=1.5", Config{}, env.ErrSetting},
		{"VERIFY=full", Config{VerifyFull: true}, nil},
		{"VERIFY=some", Config{}, env.ErrSetting},
		{"https_proxy=http://me:pass%word@p", Config{}, env.ErrSetting},
		{"HTTP_PROXY=socks5://p", Config{}, env.ErrSetting},
		{"HTTPS_PROXY=p https_proxy=q NO_PROXY=n", Config{Options: transport.Options{Proxies: transport.Proxies{HTTPS: "p", None: "n"}}}, nil},
		{"https_proxy=q http_proxy=r", Config{Options: transport.Options{Proxies: transport.Proxies{HTTPS: "q", HTTP: "r"}}}, nil},
	} {
		got, err := FromEnv(environ(strings.Fields(c.env)...))
		if !errors.Is(err, c.err) {
			t.Errorf("%s: %v", c.env, err)
			continue
		}
		if err == nil && (got.Region != c.want.Region || got.Endpoints != c.want.Endpoints || got.Proxies != c.want.Proxies ||
			got.CABundle != c.want.CABundle || got.MemoryMB != c.want.MemoryMB || got.MaxAttempts != c.want.MaxAttempts || got.VerifyFull != c.want.VerifyFull ||
			got.RequesterPays != c.want.RequesterPays || got.Stall != c.want.Stall || got.Connect != c.want.Connect) {
			t.Errorf("%s: %+v", c.env, got)
		}
	}
}

func TestNewRefuses(t *testing.T) {
	key := "AWS_ACCESS_KEY_ID=a AWS_SECRET_ACCESS_KEY=b "
	for _, c := range []struct {
		env  string
		want error
	}{
		{key + "AWS_REGION=us-east-1", nil},
		{key, env.ErrSetting},
		{key + "AWS_REGION=us_east_1", env.ErrSetting},
		{"AWS_REGION=us-east-1", credentials.ErrInvalid},
		{"AWS_REGION=us-east-1 AWS_ACCESS_KEY_ID=a", env.ErrSetting},
		{"AWS_REGION=us-east-1 AWS_CONTAINER_CREDENTIALS_RELATIVE_URI=/x", nil},
		{key + "AWS_REGION=us-east-1 AWS_ENDPOINT_URL_S3=localhost:9000", endpoint.ErrInvalid},
		{key + "AWS_REGION=us-east-1 AWS_ENDPOINT_URL_DYNAMODB=localhost:9000", endpoint.ErrInvalid},
		{key + "AWS_REGION=us-east-1 AWS_ENDPOINT_URL=http://localhost:9000 AWS_USE_FIPS_ENDPOINT=true", endpoint.ErrInvalid},
		{key + "AWS_REGION=cn-north-1 AWS_USE_FIPS_ENDPOINT=true", endpoint.ErrInvalid},
		{key + "AWS_REGION=us-east-1 AWS_ACCOUNT_ID_ENDPOINT_MODE=required", endpoint.ErrInvalid},
		{key + "AWS_REGION=us-east-1 AWS_CA_BUNDLE=/nowhere", os.ErrNotExist},
	} {
		config, err := FromEnv(environ(strings.Fields(c.env)...))
		if err != nil {
			t.Fatal(err)
		}
		if _, err = New(config); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.env, err)
		}
	}
}

// TestNoPassword holds that no error has the user and the password of a URL.
func TestNoPassword(t *testing.T) {
	for _, url := range []string{"http://user:secret@host", "http://user:secret@ho st", "user:secret@host", "ftp://user:s@ecret@host", "http://user:secret@host?x#y"} {
		config, err := FromEnv(environ("AWS_REGION=us-east-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "AWS_ENDPOINT_URL="+url))
		if err != nil {
			t.Fatal(err)
		}
		_, err = New(config)
		if !errors.Is(err, endpoint.ErrInvalid) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "user") || strings.Contains(err.Error(), "ecret") {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, name := range []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY"} {
		_, err := FromEnv(environ(name + "=socks5://user:secret@host"))
		if !errors.Is(err, env.ErrSetting) || !strings.Contains(err.Error(), name) || strings.Contains(err.Error(), "secret") {
			t.Error(err)
		}
	}
}
