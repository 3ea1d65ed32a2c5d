package lambda

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"reduction/runtime/lambdatest/internal/front"
)

// handlerName is the default handler of a custom runtime.
const handlerName = "bootstrap"

// Environ returns the environment variables of the function's first environment, each as
// "NAME=value": what Lambda sets, then Server.Env, then the function's own. A runtime in the
// test's process reads them here.
func (fn *Function) Environ() []string {
	fn.mu.Lock()
	first := fn.envs[0]
	fn.mu.Unlock()
	return first.environ(fn.effective.Load())
}

// environ sets what the Developer Guide lists under Defined runtime environment variables, with
// the values of OS-only runtimes.
func (env *environment) environ(set *settings) []string {
	fn := env.fn
	region := fn.server.Region()
	root, _ := os.Getwd()
	if len(fn.cfg.Exec) > 0 {
		if path, err := commandPath(fn.cfg.Exec); err == nil {
			root = filepath.Dir(path)
		}
	}
	vars := []string{
		"AWS_LAMBDA_RUNTIME_API=" + env.addr,
		"AWS_LAMBDA_FUNCTION_NAME=" + fn.cfg.Name,
		"AWS_LAMBDA_FUNCTION_VERSION=" + fn.version,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE=" + strconv.Itoa(set.memoryMB),
		"AWS_LAMBDA_LOG_GROUP_NAME=" + set.logGroup,
		"AWS_LAMBDA_LOG_STREAM_NAME=2026/01/01/[" + fn.version + "]" + strings.ReplaceAll(front.NewUUID(), "-", ""),
		"AWS_LAMBDA_INITIALIZATION_TYPE=" + fn.initializationType(),
		"AWS_REGION=" + region,
		"AWS_DEFAULT_REGION=" + region,
		"AWS_XRAY_CONTEXT_MISSING=LOG_ERROR",
		"AWS_XRAY_DAEMON_ADDRESS=169.254.79.129:2000",
		"LAMBDA_TASK_ROOT=" + root,
		"LAMBDA_RUNTIME_DIR=" + filepath.Dir(root),
		"_HANDLER=" + handlerName,
		"TZ=:UTC",
		"LANG=en_US.UTF-8",
		"PATH=/usr/local/bin:/usr/bin/:/bin:/opt/bin",
		"LD_LIBRARY_PATH=/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
	}
	if fn.cfg.Concurrency > 1 {
		vars = append(vars, "AWS_LAMBDA_MAX_CONCURRENCY="+strconv.Itoa(fn.cfg.Concurrency))
	}
	vars = append(vars, fn.server.Env()...)
	if fn.cfg.SnapStart {
		vars = env.withoutKeys(vars)
	}
	return lastOfEach(append(vars, set.env...))
}

func (fn *Function) initializationType() string {
	switch {
	case fn.cfg.SnapStart:
		return "snap-start"
	case fn.cfg.Concurrency > 1:
		return "lambda-managed-instances"
	}
	return "on-demand"
}

// lastOfEach keeps the last definition of each variable.
func lastOfEach(vars []string) []string {
	place := make(map[string]int)
	out := vars[:0:0]
	for _, v := range vars {
		name, _, _ := strings.Cut(v, "=")
		if i, ok := place[name]; ok {
			out[i] = v
			continue
		}
		place[name] = len(out)
		out = append(out, v)
	}
	return out
}
