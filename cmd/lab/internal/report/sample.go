package report

import "reduction/cmd/lab/internal/stats"

// A Sample is one start of a function, its first invocation, and the warm ones that followed.
type Sample struct {
	StartToNext float64 `json:"startToNextMs"`
	Init        float64 `json:"initMs"`
	Billed      float64 `json:"initAndInvocationMs"` // before it is rounded up
	Client      float64 `json:"clientSawMs"`
	MaxMemory   int64   `json:"maxMemoryBytes,omitempty"` // of all its invocations

	Counted *Counters `json:"counted,omitempty"` // in INIT and the first invocation
	Warm    []float64 `json:"warmMs,omitempty"`  // the durations of the warm invocations

	// CPU time in user and system mode; 0 and nothing where the kernel does not tell it.
	InitCPU      float64   `json:"initCpuMs,omitempty"`
	FirstCPU     float64   `json:"invocationCpuMs,omitempty"`     // of the first invocation
	WarmCPU      []float64 `json:"warmCpuMs,omitempty"`           // of the warm invocations
	WarmSwitches []float64 `json:"warmContextSwitches,omitempty"` // of those of which it is known

	S3Gets     int `json:"s3Gets,omitempty"`     // GET and HEAD, in INIT and the first invocation
	WarmGets   int `json:"warmS3Gets,omitempty"` // of the last warm invocation
	WriteUnits int `json:"writeUnits,omitempty"` // DynamoDB's, for the items of one invocation

	Wrong string `json:"wrong,omitempty"` // with --unchecked: how its items are wrong

	AWS *Reported `json:"aws,omitempty"` // of a function in an account
}

// Counters are what the kernel counted of a process.
type Counters struct {
	Minor int64 `json:"minorFaults"` // page faults that found the page in memory
	Major int64 `json:"majorFaults"` // page faults that had to wait for storage
	Read  int64 `json:"readBytes"`   // bytes that were read from storage
}

// wrong says how the sample's items differ from the reference's; "" when they do not.
func (s *Sample) wrong() string {
	if s.Wrong == "" {
		return ""
	}
	return "wrong, and timed all the same: " + s.Wrong
}

// A Figure is one of the times of a start.
type Figure struct {
	Name       string // in JSON
	line1      string // the heading of its column in a table, in two lines
	line2      string
	Of         func(*Sample) float64 // 0 if the sample does not have it
	summaryRef func(*Result) **stats.Summary
}

// The names of figures.
const (
	FigureStart    = "startToNextMs"
	FigureInit     = "initMs"
	FigureBilled   = "initAndInvocationMs"
	FigureClient   = "clientSawMs"
	FigureInitCPU  = "initCpuMs"
	FigureStartCPU = "initAndInvocationCpuMs"
	FigureWarm     = "warmMs" // of the invocations that are not the first
	FigureWarmCPU  = "warmCpuMs"
)

// StartFigures are the four figures of a start. docs/method.md tells them apart.
var StartFigures = []Figure{
	{FigureStart, "start", "to /next", func(s *Sample) float64 { return s.StartToNext }, func(r *Result) **stats.Summary { return &r.StartToNext }},
	{FigureInit, "", "INIT", func(s *Sample) float64 { return s.Init }, func(r *Result) **stats.Summary { return &r.Init }},
	{FigureBilled, "INIT +", "invocation", func(s *Sample) float64 { return s.Billed }, func(r *Result) **stats.Summary { return &r.Billed }},
	{FigureClient, "client", "saw", func(s *Sample) float64 { return s.Client }, func(r *Result) **stats.Summary { return &r.Client }},
}

// CPUFigures are the CPU time of a start.
var CPUFigures = []Figure{
	{FigureInitCPU, "CPU of", "INIT", func(s *Sample) float64 { return s.InitCPU }, func(r *Result) **stats.Summary { return &r.InitCPU }},
	{FigureStartCPU, "CPU of both", "together", (*Sample).startCPU, func(r *Result) **stats.Summary { return &r.StartCPU }},
}

// startCPU returns the CPU time of INIT and the first invocation.
func (s *Sample) startCPU() float64 { return s.InitCPU + s.FirstCPU }
