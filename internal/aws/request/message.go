package request

import "strings"

// denied begins AWS's messages about a missing permission. IAM User Guide, "Troubleshoot access
// denied error messages".
const (
	denied     = "User: ARN is not authorized to perform: ACTION on resource: ARN"
	throughput = "The level of configured provisioned throughput for "
	exceeded   = " of the table was exceeded. Consider increasing your provisioning level with the UpdateTable API."
)

// forms are messages of S3 and DynamoDB that quote neither an item nor an object. Errors show no
// other message: some quote the item that they refuse, and proxies and gateways may quote a
// request. ARN is the ARN of a user, a role or a resource, ACTION is the name of an operation, and
// TABLE is the name of the table in the request.
var forms = [...]string{
	denied,
	denied + " because no identity-based policy allows the ACTION action",
	denied + " because no resource-based policy allows the ACTION action",
	denied + " because no service control policy allows the ACTION action",
	denied + " because no resource control policy allows the ACTION action",
	denied + " because no permissions boundary allows the ACTION action",
	denied + " because no session policy allows the ACTION action",
	denied + " because no VPC endpoint policy allows the ACTION action",
	denied + " with an explicit deny in an identity-based policy",
	denied + " with an explicit deny in a resource-based policy",
	denied + " with an explicit deny in a service control policy",
	denied + " with an explicit deny in a resource control policy",
	denied + " with an explicit deny in a permissions boundary",
	denied + " with an explicit deny in a session policy",
	denied + " with an explicit deny in a VPC endpoint policy",

	// S3. Amazon S3 API Reference, "List of error codes".
	"Access Denied",
	"The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
	"The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
	"The operation is not valid for the object's storage class",
	"Please reduce your request rate.",
	"We encountered an internal error. Please try again.",

	// DynamoDB. Amazon DynamoDB Developer Guide, "Error handling with DynamoDB".
	"Requested resource not found",
	"Requested resource not found: Table: TABLE not found",
	throughput + "the table was exceeded. Consider increasing your provisioning level with the UpdateTable API.",
	throughput + "one or more global secondary indexes" + exceeded,
	"Rate of requests exceeds the allowed throughput.",
	"Throughput exceeds the current throughput limit for your account. Please contact AWS Support at https://aws.amazon.com/support request a limit increase",
	"Collection size exceeded.",
	"The security token included in the request is invalid.",
	"The security token included in the request is expired",
	"The conditional request failed",
}

// quotable reports whether a message has one of the forms.
func quotable(message, table string) bool {
	for _, form := range forms {
		if matches(form, message, table) {
			return true
		}
	}
	return false
}

func matches(form, message, table string) bool {
	for form != "" && message != "" {
		var want, word string
		want, form, _ = strings.Cut(form, " ")
		word, message, _ = strings.Cut(message, " ")
		ok := word == want
		switch want {
		case "ARN":
			ok = IsARN(strings.Trim(word, `"`))
		case "ACTION":
			ok = strings.Contains(word, ":") && Plain(word, ":") != ""
		case "TABLE":
			ok = word == table
		}
		if !ok {
			return false
		}
	}
	return form == message // both at their end
}

// IsARN reports whether s looks like an Amazon Resource Name.
func IsARN(s string) bool {
	return strings.HasPrefix(s, "arn:") && Plain(s, ":/_.+=,@*-") != ""
}

// maxPlain is longer than any code, request ID or ARN.
const maxPlain = 512

// Plain returns s if it only has ASCII letters, digits and the characters of others, and is not too
// long; else "". Beside the messages in forms, an error shows nothing else of an answer.
func Plain(s, others string) string {
	if len(s) > maxPlain {
		return ""
	}
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9') && strings.IndexByte(others, c) < 0 {
			return ""
		}
	}
	return s
}
