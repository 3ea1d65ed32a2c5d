package onaws

import (
	"context"
	"fmt"
	"io"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/lambdaapi"
)

// Restore undoes what an earlier run has changed in an account and could not undo, as the file says
// that it has left.
func Restore(ctx context.Context, path string, source account.Source, connect func(account.Source) (*account.Account, error), errOut io.Writer) error {
	t, err := readTodo(path)
	if err != nil {
		return err
	}
	if source.Region != "" && source.Region != t.Region {
		return cli.Usagef("--region is %s, but %s is about %s", source.Region, path, t.Region)
	}
	source.Region = t.Region
	if connect == nil {
		connect = account.Load
	}
	a, err := connect(source)
	if err != nil {
		return err
	}
	u := &undoer{client: &lambdaapi.Client{Account: a}, todo: t, say: func(format string, args ...any) { fmt.Fprintf(errOut, format+"\n", args...) }}
	ctx, cancel := context.WithTimeout(ctx, undoTime)
	defer cancel()
	if err := u.undo(ctx); err != nil {
		return fmt.Errorf("%w\n%s still says what is to be done", err, path)
	}
	u.say("All is undone, and %s is removed.", path)
	return nil
}
