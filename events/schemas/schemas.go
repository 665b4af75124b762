// Package schemas has the JSON Schema of every version of every event, and of
// every command, as it was published. The files are written from the Go types;
// one that was published never changes so that it breaks who knows it.
package schemas

import "embed"

//go:generate go run github.com/onevent/onevent/cmd/onevent schema write -dir .

// Files has the schemas: order.created.v1.json, commands/order.place.json.
//
//go:embed *.json commands/*.json
var Files embed.FS
