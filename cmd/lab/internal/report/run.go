package report

import (
	"cmp"
	"slices"

	"reduction/internal/dataset"
)

// Run is the report of `lab run`: our function over files of several sizes, without a sandbox.
type Run struct {
	Where     string     `json:"where"` // whose figures these are: this machine's, not AWS's
	Machine   string     `json:"machine"`
	Bootstrap string     `json:"bootstrap"`
	Size      int64      `json:"bootstrapBytes"`
	MemoryMB  int        `json:"memoryMB"`
	Runs      []*RunSize `json:"runs"`
	OK        bool       `json:"ok"`

	Interrupted bool `json:"interrupted,omitempty"` // by the user: Runs are the files that were done
}

// A RunSize is the function over one file.
type RunSize struct {
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`

	StartToReady float64 `json:"startToReadyMs"`
	Init         float64 `json:"initMs"`
	InitCPU      float64 `json:"initCpuMs,omitempty"` // 0 where the kernel does not tell it
	FirstAnswer  float64 `json:"firstAnswerMs"`

	Cold       Invocation   `json:"cold"`
	Warm       []Invocation `json:"warm"`
	WarmMin    float64      `json:"warmMinMs"`
	WarmMedian float64      `json:"warmMedianMs"`

	RowsPerSecond float64 `json:"rowsPerSecond"` // of the fastest invocation
	MaxMemory     int64   `json:"maxMemoryBytes,omitempty"`

	Groups int              `json:"groups"` // one item each, in each invocation
	Items  int              `json:"items"`  // in the table, of all invocations
	Wrong  []string         `json:"wrong"`  // what differs from the reference
	Sample []dataset.Result `json:"sample"` // some of the table's items
}

// An Invocation is its duration as the emulator measured it, and the function's response.
type Invocation struct {
	RequestID string  `json:"requestId"`
	Duration  float64 `json:"ms"`
	CPU       float64 `json:"cpuMs,omitempty"`           // in user and system mode; 0 where it is not known
	Switches  *int64  `json:"contextSwitches,omitempty"` // nil where they are not known
	Answer    Answer  `json:"answer"`
}

// An Answer is the function's response.
type Answer struct {
	Rows    int64 `json:"rows"`
	Groups  int   `json:"groups"`
	Items   int   `json:"items"`
	Bytes   int64 `json:"bytes"`
	Skipped int64 `json:"skipped"`
	Ms      struct {
		Open  float64 `json:"open"`
		Read  float64 `json:"read"`
		Write float64 `json:"write"`
	} `json:"ms"`
}

// Summarise sets WarmMin, WarmMedian and RowsPerSecond.
func (r *RunSize) Summarise() {
	fastest := r.Cold.Duration
	if len(r.Warm) > 0 {
		times := make([]float64, len(r.Warm))
		for i, v := range r.Warm {
			times[i] = v.Duration
		}
		slices.Sort(times)
		r.WarmMin = times[0]
		r.WarmMedian = (times[(len(times)-1)/2] + times[len(times)/2]) / 2
		fastest = r.WarmMin
	}
	if fastest > 0 {
		r.RowsPerSecond = float64(r.Rows) / fastest * 1e3
	}
}

// Median returns the warm invocation whose duration is in the middle; the cold one where there is
// no warm one.
func (r *RunSize) Median() Invocation {
	return r.middle(func(v *Invocation) float64 { return v.Duration })
}

// MedianCPU returns the warm invocation whose CPU time is in the middle.
func (r *RunSize) MedianCPU() Invocation {
	return r.middle(func(v *Invocation) float64 { return v.CPU })
}

func (r *RunSize) middle(of func(*Invocation) float64) Invocation {
	if len(r.Warm) == 0 {
		return r.Cold
	}
	warm := slices.Clone(r.Warm)
	slices.SortFunc(warm, func(a, b Invocation) int { return cmp.Compare(of(&a), of(&b)) })
	return warm[len(warm)/2]
}

// RequestIDs returns the request IDs of all invocations.
func (r *RunSize) RequestIDs() []string {
	ids := []string{r.Cold.RequestID}
	for _, v := range r.Warm {
		ids = append(ids, v.RequestID)
	}
	return ids
}
