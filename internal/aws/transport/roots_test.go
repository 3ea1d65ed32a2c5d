package transport

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"testing"
)

// TestRoots holds the embedded roots against the fingerprints that Amazon Trust Services
// publishes. https://www.amazontrust.com/repository/
func TestRoots(t *testing.T) {
	want := []struct{ name, sha256 string }{
		{"Amazon Root CA 1", "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e"},
		{"Amazon Root CA 2", "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4"},
		{"Amazon Root CA 3", "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4"},
		{"Amazon Root CA 4", "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092"},
		{"Starfield Services Root Certificate Authority - G2", "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5"},
	}
	roots, err := x509.ParseCertificates(amazonRoots)
	if err != nil {
		t.Fatal(err)
	}
	if len(roots) != len(want) {
		t.Fatalf("%d roots", len(roots))
	}
	for i, root := range roots {
		sum := sha256.Sum256(root.Raw)
		if got := hex.EncodeToString(sum[:]); got != want[i].sha256 || root.Subject.CommonName != want[i].name {
			t.Errorf("%s: %s, want %s %s", root.Subject.CommonName, got, want[i].name, want[i].sha256)
		}
	}
}
