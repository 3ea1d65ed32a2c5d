package aws

import (
	"math"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/env"
	"reduction/sigv4"
)

// Config is the configuration of a Client. FromEnv reads it from the environment. Every field but
// Region and the credentials may be zero.
type Config struct {
	Region      string
	Credentials sigv4.Credentials     // of the environment; empty: from Container
	Container   credentials.Container // used if Credentials is empty
	Endpoints   endpoint.Settings
	MemoryMB    int  // the function's memory size; 0: not known, and treated as large
	VerifyFull  bool // every object must have a checksum of its whole content, and match it
	MaxAttempts int  // 0: by AWS's rules

	RequesterPays bool // the function's account pays for what it reads

	transport.Options // Now may be nil: time.Now
	retry.Pauses      // between attempts
}

// FromEnv reads the variables that Lambda sets and AWS's SDKs know. AWS SDKs and Tools
// Reference Guide, Settings reference.
func FromEnv(getenv func(string) string) (Config, error) {
	r := env.New(getenv)
	c := Config{
		Region: r.First("AWS_REGION", "AWS_DEFAULT_REGION"),
		Credentials: sigv4.Credentials{
			AccessKeyID:     getenv("AWS_ACCESS_KEY_ID"),
			SecretAccessKey: getenv("AWS_SECRET_ACCESS_KEY"),
			SessionToken:    getenv("AWS_SESSION_TOKEN"),
		},
		Container: credentials.Container{
			RelativeURI: getenv("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"),
			FullURI:     getenv("AWS_CONTAINER_CREDENTIALS_FULL_URI"),
			TokenFile:   getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"),
			Token:       getenv("AWS_CONTAINER_AUTHORIZATION_TOKEN"),
		},
		Endpoints: endpoint.Settings{
			FIPS:        r.Bool("AWS_USE_FIPS_ENDPOINT"),
			DualStack:   r.Bool("AWS_USE_DUALSTACK_ENDPOINT"),
			AccountID:   getenv("AWS_ACCOUNT_ID"),
			AccountMode: r.Choice("AWS_ACCOUNT_ID_ENDPOINT_MODE", "", "preferred", "required", "disabled"),
		},
		Options:    transport.ReadOptions(r),
		VerifyFull: r.Choice("VERIFY", "", "full") == "full",
	}
	if !r.Bool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS") {
		c.Endpoints.S3 = r.First("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL")
		c.Endpoints.DynamoDB = r.First("AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL")
	}
	c.MemoryMB, _ = r.Number("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", 1, math.MaxInt32)
	c.MaxAttempts, _ = r.Number("AWS_MAX_ATTEMPTS", 1, math.MaxInt32)
	c.RequesterPays = r.Choice("REQUEST_PAYER", "", "requester") == "requester"
	return c, r.Err()
}
