package main

import (
	"context"
	"errors"
	"os"
	"time"

	"reduction/internal/logline"
	"reduction/internal/rawio"
	"reduction/runtime"
	_ "reduction/runtime/prefetch" // the Makefile makes it the entry
)

func main() {
	log := logline.New(rawio.NewWriter(os.Stdout), time.Now, os.Getenv)
	api := runtime.NewClient(os.Getenv)
	api.Log = func(inv *runtime.Invocation, err error) { logError(log, inv, err) }
	f, err := newFunction(os.Getenv, log)
	if err != nil {
		api.InitError(err)
		os.Exit(1)
	}
	limitHeap(f.memoryMB)
	f.begin()
	limitCPUs(f.memoryMB)
	api.AfterRestore = f.restored
	err = api.Serve(context.Background(), f.handle)
	if panicked := (*runtime.PanicError)(nil); !errors.As(err, &panicked) { // that one is logged
		logError(log, nil, err)
	}
	os.Exit(1)
}
