// Package signature verifies the signatures of requests: Signature Version 4, in the
// Authorization header and in presigned URLs. It calculates each signature again from the
// request as it came over the wire, and compares.
//
// IAM User Guide, "Create a signed AWS API request"; S3 API Reference, "Authenticating
// Requests (AWS Signature Version 4)".
//
// The package shares no code with reduction/sigv4, which it judges.
package signature
