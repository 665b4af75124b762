// Package about says what the application is, for the documents that are made of it.
package about

import (
	"github.com/onevent/onevent/events/schemas"
	"github.com/onevent/onevent/flow/docs"
)

// Docs returns how the application's documents are made.
func Docs() docs.Options {
	return docs.Options{
		Title: "Food to go", Description: "Orders, credit, kitchen, delivery and money.", Published: schemas.Files,
	}
}
