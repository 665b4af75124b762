package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// redriveOne handles one event again.
func (k *parking) redriveOne(ctx context.Context) error {
	if _, err := k.connect(ctx, true); err != nil {
		return err
	}
	id := k.redrive
	if !strings.Contains(id, "~") {
		f, err := k.find(ctx, id)
		if err != nil {
			return err
		}
		id = f.ID
	}
	if err := k.checkEffect(id); err != nil {
		return err
	}
	var done struct {
		Redriven string
		edge.Scheduled
	}
	if _, err := k.call(ctx, http.MethodPost, "/parked/"+url.PathEscape(id)+"/redrive", nil, nil, &done); err != nil {
		return err
	}
	if k.json && done.Redriven == "" {
		return indented(k.out, done.Scheduled)
	}
	if k.json {
		return indented(k.out, map[string]string{"redriven": id})
	}
	if done.Redriven == "" {
		_, err := fmt.Fprintf(k.out, "%s is scheduled%s\n", clean(id), k.schedule(1))
		return err
	}
	fmt.Fprintf(k.out, "%s %s was handled\n", k.paint(green, "✓"), clean(id))
	return nil
}

// checkEffect refuses to run an effect on a data folder: what it calls is set up
// in the emulator, and not here.
func (k *parking) checkEffect(id string) error {
	if k.folder == nil {
		return nil
	}
	name, _, _ := strings.Cut(id, "~")
	for _, f := range k.app.Functions {
		if f.Name() == name && f.Kind() == flow.KindEffect {
			return fmt.Errorf("%s calls the outside, which only an emulator can: onevent parked -redrive-all -function %s -data %s lets the next one do it",
				name, name, clean(k.data))
		}
	}
	return nil
}

// filters returns the filters that were given, by name.
func (k *parking) filters() map[string]string {
	filters := map[string]string{}
	for name, value := range k.selected {
		if *value != "" {
			filters[name] = *value
		}
	}
	return filters
}

// scheduleAll has everything handled again that the filters select.
func (k *parking) scheduleAll(ctx context.Context) error {
	wanted := map[string]any{}
	for name, value := range k.filters() {
		wanted[name] = value
	}
	if len(wanted) == 0 && !k.yes {
		if err := k.confirm(ctx, "Handle everything again that is parked?"); err != nil {
			return err
		}
	}
	if k.rate > 0 {
		wanted["rate"] = k.rate
	}
	body, err := json.Marshal(wanted)
	if err != nil {
		return err
	}
	k.patience = readWithin
	var done edge.Scheduled
	if _, err := k.call(ctx, http.MethodPost, "/parked/redrive", body, nil, &done); err != nil {
		if _, ok := errors.AsType[openError](err); ok {
			return fmt.Errorf("%w\nSome may be scheduled. Doing it again does no harm", err)
		}
		return err
	}
	if k.json {
		return indented(k.out, done)
	}
	_, err = fmt.Fprintf(k.out, "%d scheduled%s\n", done.Scheduled, k.schedule(done.Scheduled))
	return err
}

// schedule says who handles what was scheduled, and until when.
func (k *parking) schedule(n int) string {
	if n == 0 {
		return ""
	}
	text := ": the system handles them from its next tick on"
	if k.folder != nil {
		text = ": the next emulator on " + clean(k.data) + " handles them"
	}
	if seconds := float64(n-1) / max(k.rate, minRate); k.rate > 0 && n > 1 {
		text += fmt.Sprintf(", %g a second, the last in %s", k.rate, roughly(time.Duration(min(seconds, maxSeconds)*float64(time.Second))))
	}
	return text
}

// The bounds of what schedule reckons with.
const (
	minRate    = 1e-9
	maxSeconds = 9e9
)

// confirm asks a person, and returns an error unless the answer is yes.
func (p *program) confirm(ctx context.Context, question string) error {
	if !p.asks {
		return usageError("no filter means all of it, and there is nobody to ask; say -yes too, or -function, -error or -type")
	}
	fmt.Fprint(p.err, question, " [y/N] ")
	said := make(chan string, 1)
	go func() {
		line, err := bufio.NewReader(p.in).ReadString('\n')
		if err != nil {
			line = ""
		}
		said <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case <-ctx.Done():
		return errors.New("interrupted; nothing was done")
	case answer := <-said:
		if answer == "y" || answer == "yes" {
			return nil
		}
		return errors.New("nothing was done")
	}
}
