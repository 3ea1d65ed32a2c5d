package signature

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Refusal is an answer to a request that is not carried out, in the words of each kind of
// service.
type Refusal struct {
	// As S3 words it.
	Status  int
	Code    string
	Message string
	Fields  []Field

	// As DynamoDB and Lambda word it. Status 0 is the one that the service uses if nothing
	// else is said.
	JSONStatus  int
	Exception   string
	JSONMessage string
}

// A Field is an element of S3's error documents.
type Field struct{ Name, Value string }

func refuse(status int, code, message, exception, jsonMessage string, fields ...Field) *Refusal {
	return &Refusal{Status: status, Code: code, Message: message, Fields: fields, Exception: exception, JSONMessage: jsonMessage}
}

const (
	invalidSignature = "InvalidSignatureException"
	incomplete       = "IncompleteSignatureException"
	badToken         = "UnrecognizedClientException"
	badTokenMessage  = "The security token included in the request is invalid."
)

func refuseAnonymous() *Refusal {
	return refuse(403, "AccessDenied", "Access Denied",
		"MissingAuthenticationTokenException", "Missing Authentication Token")
}

func refuseMechanism() *Refusal {
	const s = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
	return refuse(400, "InvalidRequest", s, incomplete, s)
}

func refuseMalformed(why string) *Refusal {
	return refuse(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; "+why, incomplete, why)
}

func refuseIncomplete(field string) *Refusal {
	return refuse(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; missing "+field+".",
		incomplete, "Authorization header requires '"+field+"' parameter.")
}

func refuseQuery(why string) *Refusal {
	return refuse(400, "AuthorizationQueryParametersError", why, incomplete, why)
}

func refuseNoDate() *Refusal {
	return refuse(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header",
		incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
}

func refuseScopeDate(got, want, date string) *Refusal {
	return refuse(400, "AuthorizationHeaderMalformed",
		fmt.Sprintf("The authorization header is malformed; Invalid credential date %q. This date is not the same as X-Amz-Date: %q.", got, want),
		invalidSignature,
		fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.", got, want, date))
}

func refuseRegion(got, want string, presigned bool) *Refusal {
	code, what := malformedCode(presigned)
	return refuse(400, code, fmt.Sprintf("%s; the region '%s' is wrong; expecting '%s'", what, got, want),
		invalidSignature, fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", got),
		Field{"Region", want})
}

func refuseService(got, want string, presigned bool) *Refusal {
	code, what := malformedCode(presigned)
	return refuse(400, code, fmt.Sprintf("%s; incorrect service \"%s\". This endpoint belongs to \"%s\".", what, got, want),
		invalidSignature, fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", want))
}

func malformedCode(presigned bool) (code, what string) {
	if presigned {
		return "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"
	}
	return "AuthorizationHeaderMalformed", "The authorization header is malformed"
}

func refuseAccessKey(key string) *Refusal {
	return refuse(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
		badToken, badTokenMessage, Field{"AWSAccessKeyId", key})
}

func refuseToken(token string) *Refusal {
	return refuse(400, "InvalidToken", "The provided token is malformed or otherwise invalid.",
		badToken, badTokenMessage, Field{"Token-0", token})
}

// RefuseExpiredToken returns the answer to a session token that has expired.
func RefuseExpiredToken() *Refusal {
	return refuse(400, "ExpiredToken", "The provided token has expired.",
		"ExpiredTokenException", "The security token included in the request is expired")
}

func refuseSkew(sig *signature, now time.Time, skew time.Duration) *Refusal {
	message := fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %d min.)",
		sig.date, now.Add(-skew).Format(timeStamp), now.Format(timeStamp), int(skew.Minutes()))
	if sig.time.After(now) {
		message = fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %d min.)",
			sig.date, now.Add(skew).Format(timeStamp), now.Format(timeStamp), int(skew.Minutes()))
	}
	return refuse(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
		invalidSignature, message,
		Field{"RequestTime", sig.date}, Field{"ServerTime", now.Format(time.RFC3339)},
		Field{"MaxAllowedSkewMilliseconds", strconv.FormatInt(skew.Milliseconds(), 10)})
}

func refuseNotYet(sig *signature, now time.Time) *Refusal {
	return refuse(403, "AccessDenied", "Request is not yet valid", invalidSignature, "Signature not yet current: "+sig.date,
		Field{"X-Amz-Expires", strconv.Itoa(int(sig.expires.Seconds()))}, Field{"ServerTime", now.Format(time.RFC3339)})
}

func refuseExpiredURL(sig *signature, now time.Time) *Refusal {
	return refuse(403, "AccessDenied", "Request has expired", invalidSignature, "Signature expired: "+sig.date,
		Field{"X-Amz-Expires", strconv.Itoa(int(sig.expires.Seconds()))},
		Field{"Expires", sig.time.Add(sig.expires).Format(time.RFC3339)}, Field{"ServerTime", now.Format(time.RFC3339)})
}

func refuseUnsigned(missing []string) *Refusal {
	return refuse(403, "AccessDenied", "There were headers present in the request which were not signed",
		invalidSignature, "'"+missing[0]+"' must be a 'SignedHeader' in the AWS Authorization.",
		Field{"HeadersNotSigned", strings.Join(missing, ", ")})
}

func refuseSignature(sig *signature, toSign, canonical string) *Refusal {
	const what = "signature we calculated does not match the signature you provided. Check your "
	return refuse(403, "SignatureDoesNotMatch", "The request "+what+"key and signing method.",
		invalidSignature, "The request "+what+"AWS Secret Access Key and signing method. Consult the service documentation for details.",
		Field{"AWSAccessKeyId", sig.accessKey}, Field{"StringToSign", toSign}, Field{"SignatureProvided", sig.value},
		Field{"StringToSignBytes", spacedHex(toSign)}, Field{"CanonicalRequest", canonical},
		Field{"CanonicalRequestBytes", spacedHex(canonical)})
}

func spacedHex(s string) string { return fmt.Sprintf("% x", s) }
