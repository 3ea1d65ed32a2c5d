package onaws

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/lambdaapi"
)

// An undoer undoes what is in a todo.
type undoer struct {
	client *lambdaapi.Client
	todo   *todo
	say    func(format string, args ...any) // tells a person what was done

	// ours is set where the credentials are those that the changes were made with. Others may be of
	// another account, where the absence of a function means nothing.
	ours bool
}

// The times of undoing: between two attempts where the network is away, and how long a function that
// may not have been made is waited for.
const (
	retryUndo  = 5 * time.Second
	mayAppear  = 10 * time.Second
	lookForOne = 2 * time.Second
)

// undo does all that can be done, notes it in the file, and returns why something is left. It goes
// on trying until the context ends: where the network is away, or credentials are to be renewed.
func (u *undoer) undo(ctx context.Context) error {
	var errs []error
	for _, c := range slices.Clone(u.todo.Copies) {
		if err := u.persist(ctx, func() error { return u.deleteCopy(ctx, &c) }); err != nil {
			errs = append(errs, fmt.Errorf("function %s is not deleted: %w", c.Function, err))
			continue
		}
		errs = append(errs, u.todo.deleted(c.Function))
	}
	for _, c := range slices.Clone(u.todo.Changed) {
		if err := u.persist(ctx, func() error { return u.restore(ctx, &c) }); err != nil {
			errs = append(errs, fmt.Errorf("function %s is not restored: %w", c.Function, err))
			continue
		}
		errs = append(errs, u.todo.restored(c.Function))
	}
	return errors.Join(append(errs, u.todo.done())...)
}

// persist repeats what the network, or the service, has made fail.
func (u *undoer) persist(ctx context.Context, do func() error) error {
	for {
		err := do()
		e, refused := errors.AsType[*account.Error](err)
		final := errors.Is(err, errLeft) || refused && e.Status < 500 && !e.Throttled() && !e.Expired()
		if err == nil || final {
			return err
		}
		u.say("%v; trying again", err)
		if u.client.Sleep(ctx, retryUndo) != nil {
			return err
		}
	}
}

// errLeft marks what is left alone on purpose.
var errLeft = errors.New("left alone")

// sameAccount returns an error unless the credentials are those of the account that a function is
// in.
func (u *undoer) sameAccount(ctx context.Context, arn string) error {
	if u.ours {
		return nil
	}
	name := arn[strings.LastIndexByte(arn, ':')+1:]
	f, err := u.client.Configuration(ctx, name)
	if lambdaapi.Has(err, lambdaapi.NotFound) {
		return fmt.Errorf("%w: %s is not there, so these are perhaps the credentials of another account", errLeft, arn)
	}
	if err == nil && f.FunctionArn != arn {
		err = fmt.Errorf("%w: the credentials are those of another account: there is %s, not %s", errLeft, f.FunctionArn, arn)
	}
	return err
}

// deleteCopy deletes a temporary function, if it is one.
func (u *undoer) deleteCopy(ctx context.Context, c *madeCopy) error {
	if !isCopy(c.Function, u.todo.Run) {
		return fmt.Errorf("%w: it is not the name of a temporary function", errLeft)
	}
	for waited := time.Duration(0); ; waited += lookForOne {
		f, err := u.client.Configuration(ctx, c.Function)
		switch {
		case lambdaapi.Has(err, lambdaapi.NotFound) && !c.Made && waited < mayAppear:
			// Its creation was asked for, and may be under way.
		case lambdaapi.Has(err, lambdaapi.NotFound):
			if err := u.sameAccount(ctx, c.Of); err != nil {
				return err
			}
			u.say("%s is not there", c.Function)
			return nil
		case err != nil:
			return err
		case !strings.HasPrefix(f.Description, marker(u.todo.Run)):
			return fmt.Errorf("%w: its description is not the one that lab has given it", errLeft)
		default:
			err := u.client.Delete(ctx, c.Function)
			if err == nil || lambdaapi.Has(err, lambdaapi.NotFound) {
				u.say("%s is deleted", c.Function)
				return nil
			}
			if !lambdaapi.Has(err, lambdaapi.Conflict) || waited > mayAppear {
				return err
			}
		}
		if err := u.client.Sleep(ctx, lookForOne); err != nil {
			return err
		}
	}
}

// restore sets back those of a function's settings that still have a value that lab has set, under
// the revision that has shown it: if somebody changes the function in between, it looks again.
func (u *undoer) restore(ctx context.Context, c *changed) error {
	for {
		f, err := u.client.Wait(ctx, c.Function)
		if lambdaapi.Has(err, lambdaapi.NotFound) {
			if !u.ours {
				return fmt.Errorf("%w: %s is not there: it was deleted, or these are the credentials of another account", errLeft, c.ARN)
			}
			u.say("%s is not there any more: nothing to restore", c.Function)
			return nil
		}
		if f == nil || err != nil && f.LastUpdateStatus != "Failed" {
			return err
		}
		if f.FunctionArn != c.ARN {
			return fmt.Errorf("%w: the credentials are those of another account: there is %s, not %s", errLeft, f.FunctionArn, c.ARN)
		}
		change := lambdaapi.Change{RevisionId: f.RevisionId}
		var notes []string
		switch {
		case f.MemorySize == c.MemorySize:
		case slices.Contains(c.OurMemorySize, f.MemorySize):
			change.MemorySize = &c.MemorySize
			notes = append(notes, fmt.Sprintf("MemorySize is %d MB again", c.MemorySize))
		default:
			notes = append(notes, fmt.Sprintf("MemorySize was changed by somebody else to %d MB and is left alone (it was %d MB before)", f.MemorySize, c.MemorySize))
		}
		switch {
		case f.Description == c.Description && f.MemorySize == c.MemorySize && len(c.OurDescription) > 0:
			// The first change was never seen, and may be on its way. A new revision refuses it.
			change.Description = &c.Description
		case f.Description == c.Description:
		case slices.Contains(c.OurDescription, f.Description):
			change.Description = &c.Description
			notes = append(notes, "Description is what it was")
		default:
			notes = append(notes, "Description was changed by somebody else and is left alone")
		}
		if change.MemorySize != nil || change.Description != nil {
			_, err := u.client.Update(ctx, c.Function, change)
			if lambdaapi.Has(err, lambdaapi.PreconditionFailed) || lambdaapi.Has(err, lambdaapi.Conflict) {
				if err := u.client.Sleep(ctx, lookForOne); err != nil {
					return err
				}
				continue // somebody changes it, or an answer was lost and it is changed
			}
			if err != nil {
				return err
			}
			if _, err := u.client.Wait(ctx, c.Function); err != nil {
				return err
			}
		}
		if len(notes) == 0 {
			notes = []string{"it is as it was"}
		}
		u.say("%s: %s", c.Function, strings.Join(notes, "; "))
		return nil
	}
}
