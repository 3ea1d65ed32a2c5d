package house

import (
	"encoding/json"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// state is a state of deploy/statemachine.asl.json, as far as the tests look at it.
type state struct {
	Type          string
	Retry, Catch  []handler
	ItemProcessor struct{ States map[string]state }
}

type handler struct {
	ErrorEquals                               []string
	IntervalSeconds, BackoffRate, MaxAttempts float64
	MaxDelaySeconds                           float64
	JitterStrategy, Next                      string
}

// tasks returns the tasks among states, and in their maps, by name.
func tasks(states map[string]state) map[string]state {
	found := make(map[string]state)
	for name, s := range states {
		if s.Type == "Task" {
			found[name] = s
		}
		maps.Copy(found, tasks(s.ItemProcessor.States))
	}
	return found
}

// The state machine names errors that the function has. It tries again where the function says that
// another attempt may help, and each task as all the others.
func TestStateMachineErrors(t *testing.T) {
	var machine struct{ States map[string]state }
	if err := json.Unmarshal([]byte(read(t, "deploy/statemachine.asl.json")), &machine); err != nil {
		t.Fatal(err)
	}
	doc := read(t, "bootstrap/doc.go")
	for _, s := range machine.States {
		for _, catch := range s.Catch {
			for _, name := range catch.ErrorEquals {
				if !strings.Contains(doc, "//\t"+name+" ") {
					t.Errorf("caught: %s, which the function does not have", name)
				}
			}
		}
	}
	var first []handler
	for name, task := range tasks(machine.States) {
		for i, retry := range task.Retry {
			task.Retry[i].MaxDelaySeconds = 0 // of a child it is shorter
			for _, name := range retry.ErrorEquals {
				ofRuntime := name == "Function.Panic" || name == "Function.Overdue"
				if strings.HasPrefix(name, "Function.") && !ofRuntime && !regexp.MustCompile(`\t`+name+` +yes `).MatchString(doc) {
					t.Errorf("tried again: %s, of which bootstrap/doc.go does not say so", name)
				}
			}
		}
		if first == nil {
			first = task.Retry
		}
		if len(task.Retry) == 0 || !reflect.DeepEqual(task.Retry, first) {
			t.Errorf("%s: other retries than another task", name)
		}
	}
}

// The template replaces what stands for something in the state machine, all of it.
func TestStateMachineSubstitutions(t *testing.T) {
	_, substitutions, _ := strings.Cut(read(t, "deploy/template.yaml"), "      DefinitionSubstitutions:\n")
	set := make(map[string]bool)
	for line := range strings.Lines(substitutions) {
		if !strings.HasPrefix(line, "        ") {
			break
		}
		name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
		set[name] = true
	}
	used := make(map[string]bool)
	for _, match := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllStringSubmatch(read(t, "deploy/statemachine.asl.json"), -1) {
		used[match[1]] = true
	}
	if a, b := slices.Sorted(maps.Keys(used)), slices.Sorted(maps.Keys(set)); !slices.Equal(a, b) {
		t.Errorf("deploy/statemachine.asl.json has %q,\ndeploy/template.yaml sets %q", a, b)
	}
}
