package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"reduction/cmd/lab/internal/cli"
)

var versionCommand = &cli.Command{
	Name:  "version",
	Short: "print what this program was built from",
	About: `
Prints the version of the sources, the version of Go, and the system. make lab records the
commit, and marks it +dirty if files were changed; go run does not, and the version is (devel).`,
	Examples: `
lab version`,
	Setup: func(*cli.Flags) func(*cli.Console, []string) error {
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			version := "(devel)"
			if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
				version = info.Main.Version
			}
			_, err := fmt.Fprintf(c.Out, "lab %s\n%s %s/%s\n", version, runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		}
	},
}
