package plain

import (
	"crypto/x509"
	"strings"
)

// habits are what a rung still does as most functions do. build.sh sets them (-ldflags -X):
//
//	cold    no connection is opened before the first invocation needs it
//	serial  one batch after the other
//	few     INIT opens one connection to each service, not one for each batch in flight
//	roots   the system's certificates are loaded, as crypto/tls does at a client's first
//	        handshake when it is given none. The emulator's own come from AWS_CA_BUNDLE,
//	        which would hide that cost
var habits string

// Habit says whether the rung has one.
func Habit(name string) bool { return strings.Contains(habits, name) }

// Roots does what "roots" says.
func Roots() {
	if Habit("roots") {
		x509.SystemCertPool()
	}
}

// Writers is how many batches are in flight.
func Writers() int {
	if Habit("serial") {
		return 1
	}
	return 8
}
