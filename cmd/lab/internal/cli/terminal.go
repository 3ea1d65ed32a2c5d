package cli

import "os"

// IsTerminal reports whether w is a terminal, that is, whether a person sees what is written
// to it. The null device is a character device, too.
func IsTerminal(w any) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	if err != nil || info.Mode()&os.ModeCharDevice == 0 {
		return false
	}
	null, err := os.Stat(os.DevNull)
	return err != nil || !os.SameFile(info, null)
}

// terminalWidth returns the number of columns of the terminal w, 0 if w is no terminal or its width
// is not known.
func terminalWidth(w any) int {
	if !IsTerminal(w) {
		return 0
	}
	return columns(w.(*os.File))
}

// dumb reports whether the terminal knows no escape sequences.
func dumb() bool { return os.Getenv("TERM") == "dumb" }
