// Lab is the bench this project is built and judged on. It makes the data, reduces a file
// on this machine, runs the function against an emulated S3, DynamoDB and Lambda, and
// keeps that emulator standing for other clients. `lab help` lists what it does; each
// command is one file here.
package main

import (
	"os"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/sandbox"
)

func lab() *cli.Program {
	return &cli.Program{
		Name:     "lab",
		About:    "lab runs the reduction function on this machine, and all it needs to be run.",
		Start:    "run",
		Commands: []*cli.Command{runCommand, generateCommand, reduceCommand, serveCommand, coldCommand, tuneCommand, compareCommand, ladderCommand, chartCommand},
	}
}

func main() {
	sandbox.Launch()
	os.Exit(lab().Run(os.Args[1:], &cli.Console{In: os.Stdin, Out: os.Stdout, Err: os.Stderr}))
}
