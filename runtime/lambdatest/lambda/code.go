package lambda

import (
	"archive/zip"
	"bytes"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"reduction/runtime/lambdatest/internal/front"
)

// code is a deployment package: a zip whose program is called bootstrap. That of a function with a
// command is a script which runs the command, so that a copy of the function does the same.
type code struct {
	zip    []byte
	sha256 string // in base64
	token  string // authorises the download
	dir    string // where the zip is unpacked, if it was uploaded
}

// maxZip and maxUnzipped are limits of a package that is uploaded. Developer Guide, Lambda quotas.
const (
	maxZip      = 50 << 20
	maxUnzipped = 250 << 20
)

// programName is the name of the program in a package of a custom runtime.
const programName = "bootstrap"

// scriptOf returns the package of a function with a command; no package if there is no command.
func scriptOf(command []string) code {
	if len(command) == 0 {
		return code{}
	}
	path, err := commandPath(command)
	if err != nil {
		return code{} // its invocations fail, and say why
	}
	script := "#!/bin/sh\nexec " + shellQuote(path)
	for _, argument := range command[1:] {
		script += " " + shellQuote(argument)
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	header := &zip.FileHeader{Name: programName, Method: zip.Deflate}
	header.SetMode(0o755)
	file, err := w.CreateHeader(header)
	if err == nil {
		_, err = io.WriteString(file, script+"\n")
	}
	if err = errors.Join(err, w.Close()); err != nil {
		panic("lambda: " + err.Error()) // a buffer in memory does not fail
	}
	return newCode(b.Bytes())
}

func newCode(zip []byte) code {
	sum := sha256.Sum256(zip)
	return code{zip: zip, sha256: base64.StdEncoding.EncodeToString(sum[:]), token: rand.Text()}
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// unpack makes a package of a zip, unpacked into a folder of its own.
func unpack(data []byte) (c code, err error) {
	r, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return c, &parameterError{"Could not unzip uploaded file. Please check your file, then try to upload again."}
	}
	c = newCode(data)
	if c.dir, err = os.MkdirTemp("", "lambdatest-function-"); err != nil {
		return c, err
	}
	defer func() {
		if err != nil {
			os.RemoveAll(c.dir)
		}
	}()
	left := int64(maxUnzipped)
	for _, file := range r.File {
		if strings.HasSuffix(file.Name, "/") {
			continue
		}
		n, err := extract(c.dir, file, left)
		if err != nil {
			return c, err
		}
		if left -= n; left < 0 {
			return c, &parameterError{fmt.Sprintf("Unzipped size must be smaller than %d bytes", maxUnzipped)}
		}
	}
	return c, nil
}

// extract writes a file of a zip into a folder, up to a byte more than the limit.
func extract(dir string, file *zip.File, limit int64) (int64, error) {
	name, err := filepath.Localize(file.Name)
	if err != nil {
		return 0, &parameterError{"Could not unzip uploaded file: " + err.Error()}
	}
	path := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return 0, err
	}
	in, err := file.Open()
	if err != nil {
		return 0, &parameterError{"Could not unzip uploaded file: " + err.Error()}
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, file.Mode().Perm()|0o600)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(out, io.LimitReader(in, limit+1))
	return n, errors.Join(err, out.Close())
}

// location returns the address at which the package can be downloaded, without a signature.
func (fn *Function) location() string {
	if fn.code.token == "" {
		return ""
	}
	return fn.server.URL() + functionsPath + "/" + fn.cfg.Name + "/package?token=" + fn.code.token
}

// servePackage answers a download. It reports whether the request was one.
func (s *Service) servePackage(w http.ResponseWriter, r *http.Request) bool {
	name, ok := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, functionsPath+"/"), "/package")
	token := r.URL.Query().Get("token")
	if !ok || r.Method != http.MethodGet || token == "" {
		return false
	}
	w = s.server.Log(w, r, front.Call{Service: "lambda", Operation: "a package"})
	fn := s.Function(name)
	if fn == nil {
		http.Error(w, "AccessDenied", http.StatusForbidden)
		return true
	}
	for _, version := range fn.all() {
		if version.code.token == token {
			w.Header().Set("Content-Type", "application/zip")
			w.Write(version.code.zip)
			return true
		}
	}
	http.Error(w, "AccessDenied", http.StatusForbidden)
	return true
}
