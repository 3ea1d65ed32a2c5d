package signature

import (
	"net/http"
	"slices"
	"strings"
	"time"
)

// Sign signs a client's request, over all headers that it has, for the tests of the packages
// around. It is right if AWS's examples hold.
func Sign(r *http.Request, region, service, payloadHash string, c Credentials, now time.Time) {
	now = now.UTC()
	if r.Header.Get("X-Amz-Date") == "" {
		r.Header.Set("X-Amz-Date", now.Format(timeStamp))
	}
	if c.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", c.SessionToken)
	}
	signed := []string{"host"}
	for name := range r.Header {
		signed = append(signed, strings.ToLower(name))
	}
	slices.Sort(signed)
	wire := *r
	wire.RequestURI = r.URL.RequestURI()
	sc := scope{now.Format(dayStamp), region, service}
	canonical := canonicalRequest(&wire, service, signed, payloadHash)
	toSign := stringToSign(Algorithm, r.Header.Get("X-Amz-Date"), sc, SHA256Hex([]byte(canonical)))
	r.Header.Set("Authorization", Algorithm+" Credential="+c.AccessKeyID+"/"+sc.String()+
		", SignedHeaders="+strings.Join(signed, ";")+", Signature="+hexMAC(signingKey(c.SecretAccessKey, sc), toSign))
}
