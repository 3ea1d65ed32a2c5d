package main

import (
	"strings"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/scaffold"
)

var newCommand = &cli.Command{
	Name:  "new",
	Args:  "NAME",
	Short: "write a module with a Lambda function of your own",
	About: `
Writes the folder NAME: a function that stores what it is sent in DynamoDB, over a request
that it signs itself; its test, on an emulator in the test's process; a Makefile that builds,
tests and packs it; and a template for AWS. The last part of NAME is the function's name.

The module stands on this project's packages and on the standard library. Its go.mod names the
folder of this project in a replace line. What else a module can do with the packages (vendor
them, have them as a submodule, copy them) is in the documentation of package runtime:
go doc reduction/runtime.`,
	Examples: `
lab new ../greeter
cd ../greeter && make && make test && make zip`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		m := new(scaffold.Module)
		f.String(&m.Reduction, "reduction", "", "`DIR` folder of this project's sources (default: where lab was built from)")
		return func(c *cli.Console, args []string) error {
			if len(args) != 1 {
				return cli.Usagef("expected one NAME, got %d arguments", len(args))
			}
			m.Dir = args[0]
			files, err := m.Write()
			if err != nil {
				return err
			}
			page := cli.NewPage(c.Out, true)
			page.Text("%s: %s", m.Dir, strings.Join(files, ", "))
			page.Blank()
			page.Text("  cd %s", m.Dir)
			page.Definitions([][2]string{
				{"  make test", "the function on an emulator of Lambda and DynamoDB"},
				{"  make zip", "the deployment package, dist/bootstrap.zip"},
				{"  make help", "the rest"},
			})
			return page.Flush()
		}
	},
}
