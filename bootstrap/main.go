package main

import (
	"context"
	"os"
	"time"

	"reduction/internal/logline"
	"reduction/internal/rawio"
	"reduction/runtime"
	_ "reduction/runtime/prefetch" // cmd/pack makes its entry the program's
)

func main() {
	api := runtime.NewClient(os.Getenv)
	log := logline.New(rawio.NewWriter(os.Stdout), time.Now, os.Getenv)
	f, err := newFunction(os.Getenv, log)
	if err != nil {
		api.InitError(&typedError{err, errorType(context.Background(), err)})
		os.Exit(1)
	}
	limitHeap(f.memoryMB)
	f.begin()
	limitCPUs(f.memoryMB)
	api.AfterRestore = f.restored
	api.Start(f.handle)
}
