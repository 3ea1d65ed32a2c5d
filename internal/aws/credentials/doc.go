// Package credentials says as whom requests are signed: with the keys of the environment, which never
// change, or with keys from the endpoint that containers have, which are replaced before they expire.
package credentials
