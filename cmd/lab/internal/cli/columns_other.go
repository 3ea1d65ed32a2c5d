//go:build !linux && !darwin

package cli

import "os"

// columns returns 0: the width of a terminal's window is not known here.
func columns(*os.File) int { return 0 }
