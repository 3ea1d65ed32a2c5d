package onaws

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// A todo is what is still to be undone in an account. Before anything is changed there, it is
// written to a file; when all is undone, the file is removed. It holds no secret: of a function's
// settings, only those that are changed.
type todo struct {
	About   string     `json:"about"` // for whoever finds the file
	Run     string     `json:"run"`   // begins the descriptions that this run sets
	Region  string     `json:"region"`
	Copies  []madeCopy `json:"delete"`
	Changed []changed  `json:"restore"`
	path    string
}

// A madeCopy is a temporary function, which is to be deleted.
type madeCopy struct {
	Function string `json:"function"`
	Of       string `json:"of"` // the ARN of the original, which shows whether the account is the same

	// Made is false while nobody knows whether Lambda has made it: it may still appear.
	Made bool `json:"made"`
}

// A changed is a function that is measured itself. Of its settings, those that still have a value
// that this run has set are to be set back.
type changed struct {
	Function       string   `json:"function"`
	ARN            string   `json:"arn"`
	MemorySize     int      `json:"memorySize"`
	Description    string   `json:"description"`
	OurMemorySize  []int    `json:"ourMemorySize"`  // the one that is set, and the one that is about to be
	OurDescription []string `json:"ourDescription"` // likewise
}

// copyPrefix begins the name of every temporary function, so that a policy can allow lab to delete
// those and no others. Nothing else is ever deleted.
const copyPrefix = "lab-copy-"

// marker begins the descriptions that a run sets.
func marker(run string) string { return "lab " + run + ": " }

// marked reports whether a description is one that a run has set.
func marked(description string) bool {
	before, _, ok := strings.Cut(description, ": ")
	run, isLab := strings.CutPrefix(before, "lab ")
	return ok && isLab && len(run) == len(newID()) && strings.Trim(run, "0123456789abcdef") == ""
}

// newTodo makes the file of a run in a folder.
func newTodo(dir, run, region string) (*todo, error) {
	t := &todo{
		About: "What lab has to undo in an AWS account: temporary functions to delete, and settings to restore. " +
			"If lab is no longer running: lab cold --restore THIS-FILE",
		Run: run, Region: region, Copies: []madeCopy{}, Changed: []changed{},
		path: filepath.Join(dir, "lab-restore-"+run+".json"),
	}
	if _, err := os.Lstat(t.path); err == nil {
		return nil, fmt.Errorf("%s: the file exists", t.path)
	}
	return t, t.save()
}

// readTodo reads the file of an earlier run.
func readTodo(path string) (*todo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t := &todo{path: path}
	if err := json.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("%s: not a file that lab has left: %w", path, err)
	}
	if t.Run == "" || t.Region == "" {
		return nil, fmt.Errorf("%s: not a file that lab has left: no run and no region", path)
	}
	for _, c := range t.Copies {
		if !isCopy(c.Function, t.Run) {
			return nil, fmt.Errorf("%s: %q is not the name of a temporary function of lab's", path, c.Function)
		}
	}
	for _, c := range t.Changed {
		if !isFunctionName(c.Function) || c.MemorySize <= 0 {
			return nil, fmt.Errorf("%s: it does not say what %q was", path, c.Function)
		}
	}
	return t, nil
}

// isCopy reports whether a name is that of a temporary function of a run.
func isCopy(name, run string) bool {
	return isFunctionName(name) && strings.HasPrefix(name, copyPrefix+run+"-")
}

// save writes the file anew, or removes it if nothing is left to do. A crash leaves the old file or
// the new one.
func (t *todo) save() error {
	text, err := json.MarshalIndent(t, "", "  ")
	if err != nil {
		return err
	}
	temporary := t.path + ".new"
	file, err := os.OpenFile(temporary, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(text, '\n'))
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(temporary, t.path)
	}
	if err != nil {
		os.Remove(temporary)
		return err
	}
	if dir, err := os.Open(filepath.Dir(t.path)); err == nil {
		dir.Sync() // makes the new name durable, where the system can do that
		dir.Close()
	}
	return nil
}

// done removes the file if nothing is left to do.
func (t *todo) done() error {
	if len(t.Copies)+len(t.Changed) > 0 {
		return nil
	}
	return os.Remove(t.path)
}

// addCopy notes a temporary function that is about to be made.
func (t *todo) addCopy(name, of string) error {
	t.Copies = append(t.Copies, madeCopy{Function: name, Of: of})
	return t.save()
}

// made notes that a temporary function exists.
func (t *todo) made(name string) error {
	i := slices.IndexFunc(t.Copies, func(c madeCopy) bool { return c.Function == name })
	t.Copies[i].Made = true
	return t.save()
}

// deleted notes that a temporary function is gone.
func (t *todo) deleted(name string) error {
	t.Copies = slices.DeleteFunc(t.Copies, func(c madeCopy) bool { return c.Function == name })
	return t.save()
}

// setting notes the values that a function is about to get, beside those that it has.
func (t *todo) setting(name string, memoryMB int, description string) error {
	c := t.changed(name)
	c.OurMemorySize = append(c.OurMemorySize, memoryMB)
	c.OurDescription = append(c.OurDescription, description)
	return t.save()
}

// notSet forgets the values that a function was about to get, and has not got.
func (t *todo) notSet(name string) error {
	c := t.changed(name)
	c.OurMemorySize = c.OurMemorySize[:len(c.OurMemorySize)-1]
	c.OurDescription = c.OurDescription[:len(c.OurDescription)-1]
	return t.save()
}

// set forgets the values that a function has had.
func (t *todo) set(name string) {
	c := t.changed(name)
	c.OurMemorySize = c.OurMemorySize[len(c.OurMemorySize)-1:]
	c.OurDescription = c.OurDescription[len(c.OurDescription)-1:]
}

// restored notes that a function is as it was.
func (t *todo) restored(name string) error {
	t.Changed = slices.DeleteFunc(t.Changed, func(c changed) bool { return c.Function == name })
	return t.save()
}

func (t *todo) changed(name string) *changed {
	i := slices.IndexFunc(t.Changed, func(c changed) bool { return c.Function == name })
	return &t.Changed[i]
}

// isFunctionName reports whether s is the name of a function, which needs no escaping in a path.
func isFunctionName(s string) bool {
	return s != "" && len(s) <= 64 && strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_") == ""
}
