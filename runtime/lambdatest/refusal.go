package lambdatest

import (
	"cmp"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// A refusal is one reason not to trust a request, in the words of each kind of service.
type refusal struct {
	s3      *s3Error
	kind    string // exception of the JSON services
	message string
	status  int // of the JSON services, when it is not what each refuses with
}

func newRefusal(status int, code, s3Message, kind, message string, extra ...xmlField) *refusal {
	return &refusal{s3: &s3Error{Status: status, Code: code, Message: s3Message, Extra: extra}, kind: kind, message: message}
}

const (
	invalidSignature = "InvalidSignatureException"
	incomplete       = "IncompleteSignatureException"
	badToken         = "UnrecognizedClientException"
	badTokenMessage  = "The security token included in the request is invalid."
)

func refuseAnonymous() *refusal {
	return newRefusal(403, "AccessDenied", "Access Denied",
		"MissingAuthenticationTokenException", "Missing Authentication Token")
}

func refuseMechanism() *refusal {
	const s = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."
	return newRefusal(400, "InvalidRequest", s, incomplete, s)
}

func refuseMalformed(why string) *refusal {
	return newRefusal(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; "+why, incomplete, why)
}

func refuseIncomplete(field string) *refusal {
	return newRefusal(400, "AuthorizationHeaderMalformed", "The authorization header is malformed; missing "+field+".",
		incomplete, "Authorization header requires '"+field+"' parameter.")
}

func refuseQuery(why string) *refusal {
	return newRefusal(400, "AuthorizationQueryParametersError", why, incomplete, why)
}

func refuseNoDate() *refusal {
	return newRefusal(403, "AccessDenied", "AWS authentication requires a valid Date or x-amz-date header",
		incomplete, "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.")
}

func refuseScopeDate(got, want, amzDate string) *refusal {
	return newRefusal(400, "AuthorizationHeaderMalformed",
		fmt.Sprintf("The authorization header is malformed; Invalid credential date %q. This date is not the same as X-Amz-Date: %q.", got, want),
		invalidSignature,
		fmt.Sprintf("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: '%s' != '%s', from '%s'.", got, want, amzDate))
}

func refuseRegion(got, want string, presigned bool) *refusal {
	code, what := malformedCode(presigned)
	return newRefusal(400, code, fmt.Sprintf("%s; the region '%s' is wrong; expecting '%s'", what, got, want),
		invalidSignature, fmt.Sprintf("Credential should be scoped to a valid region, not '%s'. ", got),
		xmlField{"Region", want})
}

func refuseService(got, want string, presigned bool) *refusal {
	code, what := malformedCode(presigned)
	return newRefusal(400, code, fmt.Sprintf("%s; incorrect service \"%s\". This endpoint belongs to \"%s\".", what, got, want),
		invalidSignature, fmt.Sprintf("Credential should be scoped to correct service: '%s'. ", want))
}

func malformedCode(presigned bool) (code, what string) {
	if presigned {
		return "AuthorizationQueryParametersError", "Error parsing the X-Amz-Credential parameter"
	}
	return "AuthorizationHeaderMalformed", "The authorization header is malformed"
}

func refuseAccessKey(key string) *refusal {
	return newRefusal(403, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records.",
		badToken, badTokenMessage, xmlField{"AWSAccessKeyId", key})
}

func refuseToken(token string) *refusal {
	return newRefusal(400, "InvalidToken", "The provided token is malformed or otherwise invalid.",
		badToken, badTokenMessage, xmlField{"Token-0", token})
}

func refuseExpiredToken() *refusal {
	return newRefusal(400, "ExpiredToken", "The provided token has expired.",
		"ExpiredTokenException", "The security token included in the request is expired")
}

func refuseSkew(sig *signature, now time.Time, skew time.Duration) *refusal {
	message := fmt.Sprintf("Signature expired: %s is now earlier than %s (%s - %d min.)",
		sig.amzDate, now.Add(-skew).Format(amzTime), now.Format(amzTime), int(skew.Minutes()))
	if sig.time.After(now) {
		message = fmt.Sprintf("Signature not yet current: %s is still later than %s (%s + %d min.)",
			sig.amzDate, now.Add(skew).Format(amzTime), now.Format(amzTime), int(skew.Minutes()))
	}
	return newRefusal(403, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large.",
		invalidSignature, message,
		xmlField{"RequestTime", sig.amzDate}, xmlField{"ServerTime", now.Format(time.RFC3339)},
		xmlField{"MaxAllowedSkewMilliseconds", strconv.FormatInt(skew.Milliseconds(), 10)})
}

func refuseNotYet(sig *signature, now time.Time) *refusal {
	return newRefusal(403, "AccessDenied", "Request is not yet valid", invalidSignature, "Signature not yet current: "+sig.amzDate,
		xmlField{"X-Amz-Expires", strconv.Itoa(int(sig.expires.Seconds()))}, xmlField{"ServerTime", now.Format(time.RFC3339)})
}

func refuseExpiredURL(sig *signature, now time.Time) *refusal {
	return newRefusal(403, "AccessDenied", "Request has expired", invalidSignature, "Signature expired: "+sig.amzDate,
		xmlField{"X-Amz-Expires", strconv.Itoa(int(sig.expires.Seconds()))},
		xmlField{"Expires", sig.time.Add(sig.expires).Format(time.RFC3339)}, xmlField{"ServerTime", now.Format(time.RFC3339)})
}

func refuseUnsigned(missing []string) *refusal {
	return newRefusal(403, "AccessDenied", "There were headers present in the request which were not signed",
		invalidSignature, "'"+missing[0]+"' must be a 'SignedHeader' in the AWS Authorization.",
		xmlField{"HeadersNotSigned", strings.Join(missing, ", ")})
}

func refuseSignature(sig *signature, toSign, canonical string) *refusal {
	const what = "signature we calculated does not match the signature you provided. Check your "
	return newRefusal(403, "SignatureDoesNotMatch", "The request "+what+"key and signing method.",
		invalidSignature, "The request "+what+"AWS Secret Access Key and signing method. Consult the service documentation for details.",
		xmlField{"AWSAccessKeyId", sig.accessKey}, xmlField{"StringToSign", toSign}, xmlField{"SignatureProvided", sig.value},
		xmlField{"StringToSignBytes", spacedHex(toSign)}, xmlField{"CanonicalRequest", canonical},
		xmlField{"CanonicalRequestBytes", spacedHex(canonical)})
}

func spacedHex(s string) string { return fmt.Sprintf("% x", s) }

func hexMAC(key []byte, data string) string { return hex.EncodeToString(hmacSHA256(key, data)) }

// write sends the refusal as a service does.
func (ref *refusal) write(w http.ResponseWriter, service string) {
	switch service {
	case serviceS3:
		ref.s3.write(w)
	case serviceDynamoDB:
		namespace := coralService
		if strings.HasPrefix(ref.kind, "Provisioned") || strings.HasPrefix(ref.kind, "Internal") {
			namespace = ddbType
		}
		writeDDB(w, nil, &ddbError{Status: ref.status, Type: namespace + ref.kind, Message: ref.message})
	case serviceLambda:
		body, _ := json.Marshal(map[string]string{"message": ref.message})
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("X-Amzn-Errortype", ref.kind)
		w.WriteHeader(cmp.Or(ref.status, http.StatusForbidden))
		w.Write(body)
	}
}
