// Package schema describes events and commands by JSON Schema 2020-12, made from
// their Go types, and holds them to it.
//
// [Of] makes a schema; [Validate] compares data with one; [Compare] says what a
// change of one breaks; a [Set] is all schemas of an application, as files of a
// folder, and [Set.Check] is the gate: it refuses a change of what was published.
//
// The package knows the part of JSON Schema that Of uses: type, format, enum,
// pattern, minimum, maximum, items, minItems, maxItems, properties, required,
// additionalProperties, propertyNames, contentEncoding, $ref and $defs. Titles
// and descriptions mean nothing to it.
package schema
