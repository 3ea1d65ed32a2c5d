package signature

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A signature is what a request says about how it was signed. It comes from the
// Authorization header or, in a presigned URL, from the query.
type signature struct {
	presigned bool
	accessKey string
	scope     scope
	signed    []string // names of the signed headers, as listed
	value     string   // in hexadecimal
	token     string
	date      string // as the string to sign has it
	time      time.Time
	expires   time.Duration // of a presigned URL
}

// maxPresigned is the longest lifetime of a presigned URL. S3 API Reference,
// "Authenticating Requests: Using Query Parameters".
const maxPresigned = 7 * 24 * time.Hour

// parse reads a request's signature.
func parse(r *http.Request, query url.Values) (*signature, *Refusal) {
	if query.Has("X-Amz-Algorithm") {
		return parsePresigned(query)
	}
	auth := r.Header.Get("Authorization")
	switch algorithm, _, _ := strings.Cut(auth, " "); {
	case auth == "" && query.Has("Signature"), algorithm == "AWS", strings.HasPrefix(algorithm, "AWS4-ECDSA"):
		return nil, refuseMechanism()
	case auth == "":
		return nil, refuseAnonymous()
	case algorithm != Algorithm:
		return nil, refuseMalformed("Unsupported Authorization Type")
	}
	sig := &signature{token: r.Header.Get("X-Amz-Security-Token")}
	fields := make(map[string]string)
	for field := range strings.SplitSeq(strings.TrimPrefix(auth, Algorithm), ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(field), "=")
		fields[name] = value
	}
	for _, name := range []string{"Credential", "SignedHeaders", "Signature"} {
		if fields[name] == "" {
			return nil, refuseIncomplete(name)
		}
	}
	if ref := sig.setCredential(fields["Credential"]); ref != nil {
		return nil, ref
	}
	sig.signed = strings.Split(fields["SignedHeaders"], ";")
	sig.value = fields["Signature"]
	return sig, sig.setDate(r.Header.Get("X-Amz-Date"), r.Header.Get("Date"))
}

func parsePresigned(query url.Values) (*signature, *Refusal) {
	if query.Get("X-Amz-Algorithm") != Algorithm {
		return nil, refuseQuery("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256 and AWS4-ECDSA-P256-SHA256\"")
	}
	sig := &signature{presigned: true, token: query.Get("X-Amz-Security-Token"), value: query.Get("X-Amz-Signature")}
	for _, name := range []string{"X-Amz-Credential", "X-Amz-Date", "X-Amz-SignedHeaders", "X-Amz-Expires", "X-Amz-Signature"} {
		if query.Get(name) == "" {
			return nil, refuseQuery("Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, " +
				"X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.")
		}
	}
	if ref := sig.setCredential(query.Get("X-Amz-Credential")); ref != nil {
		return nil, ref
	}
	sig.signed = strings.Split(query.Get("X-Amz-SignedHeaders"), ";")
	seconds, err := strconv.Atoi(query.Get("X-Amz-Expires"))
	switch {
	case err != nil:
		return nil, refuseQuery("X-Amz-Expires should be a number")
	case seconds < 0:
		return nil, refuseQuery("X-Amz-Expires must be non-negative")
	case seconds > int(maxPresigned/time.Second):
		return nil, refuseQuery("X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds")
	}
	sig.expires = time.Duration(seconds) * time.Second
	return sig, sig.setDate(query.Get("X-Amz-Date"), "")
}

// setCredential reads "key/day/region/service/aws4_request". The key may contain slashes.
func (sig *signature) setCredential(credential string) *Refusal {
	parts := strings.Split(credential, "/")
	n := len(parts)
	if n < 5 || parts[n-1] != scopeEnd {
		return refuseMalformed("the Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".")
	}
	sig.accessKey = strings.Join(parts[:n-4], "/")
	sig.scope = scope{day: parts[n-4], region: parts[n-3], service: parts[n-2]}
	return nil
}

// setDate reads the time of signing from X-Amz-Date or, without one, from Date.
func (sig *signature) setDate(amzDate, date string) *Refusal {
	t, err := time.Parse(timeStamp, amzDate)
	if amzDate == "" && date != "" {
		t, err = http.ParseTime(date)
	}
	if err != nil {
		return refuseNoDate()
	}
	sig.time = t.UTC()
	sig.date = sig.time.Format(timeStamp)
	if day := sig.time.Format(dayStamp); day != sig.scope.day {
		return refuseScopeDate(sig.scope.day, day, sig.date)
	}
	return nil
}

// unsigned returns the names of the headers that have to be signed and are not: host and all
// x-amz-* headers. S3 API Reference, "Authenticating Requests: Using the Authorization Header".
func (sig *signature) unsigned(r *http.Request) []string {
	var missing []string
	for name := range r.Header {
		name = strings.ToLower(name)
		if strings.HasPrefix(name, "x-amz-") && !slices.Contains(sig.signed, name) {
			missing = append(missing, name)
		}
	}
	if !slices.Contains(sig.signed, "host") {
		missing = append(missing, "host")
	}
	slices.Sort(missing)
	return missing
}

// ScopedService returns the service that a request is signed for, "" if it doesn't say.
func ScopedService(r *http.Request, query url.Values) string {
	credential := query.Get("X-Amz-Credential")
	if _, after, ok := strings.Cut(r.Header.Get("Authorization"), "Credential="); ok {
		credential, _, _ = strings.Cut(after, ",")
	}
	parts := strings.Split(credential, "/")
	if len(parts) < 5 {
		return ""
	}
	return parts[len(parts)-2]
}
