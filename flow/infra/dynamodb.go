package infra

// A Table is a table of DynamoDB, billed by request. Its name follows the prefix of
// an installation.
type Table struct {
	// Hash and Range are its key; Range is null where it has none.
	Hash  Attribute  `json:"hash"`
	Range *Attribute `json:"range"`
	// Indexes are over other fields, and hold keys only.
	Indexes []TableIndex `json:"indexes"`
	// Expires is the field after whose time, in seconds since 1970, an item goes;
	// null where items stay.
	Expires *string `json:"expires"`
	// Keeps is set where nobody deletes an item: what is there is history.
	Keeps bool `json:"keeps"`
}

// An Attribute is a field of a key: S (text) or N (number).
type Attribute struct {
	Name string `json:"name"`
	Type string `json:"type"`
}

// A TableIndex is a global secondary index.
type TableIndex struct {
	Name  string    `json:"name"`
	Hash  Attribute `json:"hash"`
	Range Attribute `json:"range"`
}

// tables are those of package flow/aws, by name without prefix.
func tables() map[string]Table {
	text := func(name string) Attribute { return Attribute{name, "S"} }
	number := func(name string) Attribute { return Attribute{name, "N"} }
	key, n, expires := text("key"), number("n"), "expires"
	none := []TableIndex{}
	return map[string]Table{
		"log": {Hash: text("id"), Keeps: true, Indexes: []TableIndex{
			{"stream", text("stream"), number("last")},
			{"flow", text("flow"), number("time")},
			{"time", number("slot"), number("time")},
		}},
		"heads":  {Hash: text("stream"), Keeps: true, Indexes: none},
		"views":  {Hash: text("view"), Range: &key, Indexes: none},
		"agenda": {Hash: text("id"), Indexes: []TableIndex{{"due", text("list"), number("due")}}},
		"parts":  {Hash: text("blob"), Range: &n, Indexes: none, Expires: &expires},
	}
}
