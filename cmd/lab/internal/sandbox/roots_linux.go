//go:build linux && (amd64 || arm64)

package sandbox

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// systemBundles are the files in which systems keep all their root certificates.
// crypto/x509/root_linux.go.
var systemBundles = []string{
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem", // Amazon Linux, Fedora
	"/etc/ssl/certs/ca-certificates.crt",                // Debian, Arch
	"/etc/ssl/ca-bundle.pem",                            // openSUSE
	"/etc/ssl/cert.pem",                                 // Alpine
}

// Amazon Linux 2023 has the roots in one file, with several links to it, and each root once more
// in a file of its own, with two links named by a hash. A client that loads all of them parses
// the single files, too: golang/go#79018.
const (
	rootsFile   = "pki/ca-trust/extracted/pem/tls-ca-bundle.pem"
	rootsFolder = "pki/ca-trust/extracted/pem/directory-hash"
)

var rootsLinks = map[string]string{
	"pki/tls/cert.pem":                   "/etc/" + rootsFile,
	"pki/tls/certs/ca-bundle.crt":        "/etc/" + rootsFile,
	"ssl/certs":                          "/etc/" + rootsFolder,
	"ssl/cert.pem":                       "/etc/" + rootsFile,
	rootsFolder + "/ca-bundle.crt":       "/etc/" + rootsFile,
	rootsFolder + "/ca-certificates.crt": "/etc/" + rootsFile,
}

// mountRoots mounts over /etc the roots as Amazon Linux has them: those of this machine, and the
// emulator's authority as one more. /etc is read-only from then on. /tmp is left covered by the
// file system that holds the roots.
func mountRoots(authority string) error {
	system, err := systemRoots()
	if err != nil {
		return err
	}
	if authority != "" {
		own, err := os.ReadFile(authority)
		if err != nil {
			return err
		}
		system = append(system, own...)
	}
	if err := mountTmp("mode=755"); err != nil {
		return err
	}
	if err := writeRoots(tmpDir, system); err != nil {
		return err
	}
	if err := syscall.Mount("overlay", "/etc", "overlay", syscall.MS_RDONLY, "lowerdir="+tmpDir+":/etc"); err != nil {
		return fmt.Errorf("mount an overlay on /etc: %w", err)
	}
	return nil
}

// systemRoots returns this machine's roots as PEM.
func systemRoots() ([]byte, error) {
	for _, name := range systemBundles {
		text, err := os.ReadFile(name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return append(text, '\n'), err
		}
	}
	return nil, errors.New("this machine has no file with its root certificates")
}

// writeRoots writes the roots into dir, in the layout that they have in /etc.
func writeRoots(dir string, roots []byte) error {
	for _, folder := range []string{filepath.Dir(rootsFile), rootsFolder, "pki/tls/certs", "ssl"} {
		if err := os.MkdirAll(filepath.Join(dir, folder), 0o755); err != nil {
			return err
		}
	}
	if err := os.WriteFile(filepath.Join(dir, rootsFile), roots, 0o644); err != nil {
		return err
	}
	for name, target := range rootsLinks {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			return err
		}
	}
	for n := 0; ; n++ {
		var block *pem.Block
		if block, roots = pem.Decode(roots); block == nil {
			return nil
		}
		name := fmt.Sprintf("root-%03d.pem", n)
		if err := os.WriteFile(filepath.Join(dir, rootsFolder, name), pem.EncodeToMemory(block), 0o644); err != nil {
			return err
		}
		// The names are not OpenSSL's hashes: OpenSSL finds the single file first.
		for i := range 2 {
			if err := os.Symlink(name, filepath.Join(dir, rootsFolder, fmt.Sprintf("%08d.%d", n, i))); err != nil {
				return err
			}
		}
	}
}
