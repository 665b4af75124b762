package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/onevent/onevent/flow"
	"github.com/onevent/onevent/flow/edge"
)

// maxCommand is the most bytes of a command that are read from a file.
const maxCommand = 1 << 20

// send sends a command and prints what it recorded.
func send(p *program, f *flag.FlagSet) func(context.Context, []string) error {
	file := f.String("f", "", "`file` with the command's JSON, - for standard input")
	key := f.String("key", "", "idempotency `key`: sent again with it, the command counts once (default: a new one)")
	actor := f.String("actor", "", "`who` sends")
	asJSON := f.Bool("json", false, "print the answer as JSON")
	return func(ctx context.Context, words []string) error {
		if len(words) == 0 {
			return usageError("which command? onevent send -h shows how; this application has %s", joined(p.commandNames()))
		}
		body, err := p.body(words[0], words[1:], *file)
		if err != nil {
			return err
		}
		if *key == "" {
			*key = p.newKey()
		}
		header := map[string]string{edge.KeyHeader: *key}
		if *actor != "" {
			header[edge.ActorHeader] = *actor
		}
		var receipt flow.Receipt
		status, err := p.call(ctx, http.MethodPost, "/commands/"+words[0], body, header, &receipt)
		if _, ok := errors.AsType[openError](err); ok {
			return fmt.Errorf("%w\nIt may have been recorded all the same. Send it again with -key %s, and it counts once", err, *key)
		}
		switch {
		case err != nil:
			return err
		case *asJSON:
			return indented(p.out, receipt)
		}
		p.tellReceipt(receipt, status)
		return nil
	}
}

func (p *program) tellReceipt(receipt flow.Receipt, status int) {
	switch {
	case len(receipt.Events) == 0:
		fmt.Fprintf(p.out, "%s: nothing to do\n", clean(receipt.Stream))
	case status == http.StatusOK:
		fmt.Fprintln(p.out, p.paint(dim, "was done before:"))
	}
	for _, e := range receipt.Events {
		stream, typ := clean(e.Stream), clean(e.Type)
		details := p.fit(utf8.RuneCountInString("✓ "+stream+" "+typ+" "), detailsOf(e))
		fmt.Fprintln(p.out, p.paint(green, "✓"), stream, p.paint(colourOf(e.Type), typ), details)
	}
	fmt.Fprintln(p.out, p.paint(dim, "flow "+clean(receipt.Correlation)))
}

func (p *program) commandNames() []string {
	var names []string
	for _, c := range edge.Commands(p.app) {
		names = append(names, c.Name)
	}
	return names
}

// body returns a command's JSON: from a file, or made of key=value words.
func (p *program) body(command string, words []string, file string) ([]byte, error) {
	if file != "" {
		if len(words) > 0 {
			return nil, usageError("-f and key=value exclude each other")
		}
		return p.readFile(file)
	}
	kinds := map[string]string{}
	for _, c := range edge.Commands(p.app) {
		if c.Name == command {
			for _, f := range c.Fields {
				kinds[f.Name] = f.Type
			}
		}
	}
	fields := map[string]json.RawMessage{}
	for _, word := range words {
		name, value, ok := strings.Cut(word, "=")
		if !ok || name == "" {
			return nil, usageError("%q is not key=value", word)
		}
		if _, twice := fields[name]; twice {
			return nil, usageError("%s is there twice", name)
		}
		fields[name] = valueOf(value, kinds[name])
	}
	return json.Marshal(fields)
}

// valueOf returns a word as JSON: as text where the field is text, otherwise as
// the JSON that it is, or as text if it is none.
func valueOf(text, kind string) json.RawMessage {
	if kind != "string" && json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return json.RawMessage("null") // a string is always written
	}
	return quoted
}

func (p *program) readFile(name string) ([]byte, error) {
	in := p.in
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close() //nolint:errcheck // it is only read
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, maxCommand+1))
	if err == nil && len(data) > maxCommand {
		err = fmt.Errorf("%s holds more than %d bytes", name, maxCommand)
	}
	return data, err
}
