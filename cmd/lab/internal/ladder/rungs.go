package ladder

import "reduction/cmd/lab/internal/report"

// A rung is a function of the ladder with its program.
type rung struct {
	report.Rung
	path string // below the folder of the peers; "" is our own function
}

func step(name, what, path string) rung {
	return rung{report.Rung{Name: name, What: what, Part: report.PartSteps}, path}
}

func language(name, what, path string) rung {
	return rung{report.Rung{Name: name, What: what, Part: report.PartLanguages}, path}
}

func hello(name, what, path string) rung {
	return rung{report.Rung{Name: name, What: what, Part: report.PartHello}, path}
}

// jobRungs do the whole job: the steps from AWS's SDK to ours, and then the languages, each with
// and without an SDK.
var jobRungs = []rung{
	step("go-sdk, as usual", "AWS's SDK and runtime library, encoding/csv; no connection opened in INIT; one batch after another", "ladder/dist/sdk-original"),
	step("batches together", "eight batches in flight", "ladder/dist/sdk-together"),
	step("connections in INIT", "one to each service, by HeadObject and DescribeTable; the system's roots are loaded there too", "ladder/dist/sdk-warm"),
	step("no SDK", "net/http and encoding/json, requests signed by hand", "ladder/dist/nethttp"),
	step("no net/http", "packages runtime, aws, ddbwire", "ladder/dist/bare-few"),
	step("all connections in INIT", "to DynamoDB one for each batch in flight", "ladder/dist/bare-roots"),
	step("roots embedded", "the system's are not loaded", "ladder/dist/bare"),
	step("own parser", "packages csvfast and aggregate, SIMD in them", "ladder/dist/simd"),
	step("pages asked for", "its first instructions ask the kernel for all of itself (package prefetch)", "ladder/dist/asked"),
	step(report.Ours, "compiled for size where it runs a few times only: the flags of make bootstrap", ""),
	language("rust, SDK", "peers/rust", "rust/dist"),
	language("rust, bare", "peers/rust-bare: sockets, rustls, SIMD", "rust-bare/dist"),
	language("go, SDK", "peers/go-sdk", "go-sdk/dist"),
}

// helloRungs are compared by their start alone.
var helloRungs = []rung{
	hello(report.Ours, "the whole function, TLS in it", ""),
	hello("hello, our runtime", "runtime/examples/hello: package runtime and encoding/json", "ladder/dist/hello-ours"),
	hello("hello, aws-lambda-go", "AWS's library for Go", "ladder/dist/hello-lambda"),
	hello("hello, pages asked for", "the same; its first instructions ask the kernel for all of itself (package prefetch)", "ladder/dist/hello-asked"),
	hello("hello, SDK linked", "AWS's library for Go, and an SDK that it never calls", "ladder/dist/hello-linked"),
	hello("go, SDK", "peers/go-sdk", "go-sdk/dist"),
	hello("hello, Rust std", "the standard library alone, static, no TLS", "ladder/dist/hello-static"),
	hello("hello, lambda_runtime", "AWS's library for Rust", "ladder/dist/hello-rust"),
	hello("rust, bare", "peers/rust-bare", "rust-bare/dist"),
	hello("rust, SDK", "peers/rust", "rust/dist"),
}

// Steps returns the names of the rungs from AWS's SDK to ours.
func Steps() []string {
	var out []string
	for _, r := range jobRungs {
		if r.Part == report.PartSteps {
			out = append(out, r.Name)
		}
	}
	return out
}
