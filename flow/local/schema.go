package local

import (
	"errors"
	"fmt"
)

// The file says whose it is and which schema it has, in two numbers of its
// header.
const (
	applicationID = 0x4f4e4556 // "ONEV"
	schemaVersion = 1
)

// schema makes the tables. Streams and flows are numbered in the order in which
// they began, and the log refers to them by number: what is busy now then lies
// close together in every index, so that a transaction touches few pages. Pages,
// not rows, are what a commit costs.
const schema = `
CREATE TABLE streams (
	n           INTEGER PRIMARY KEY,
	name        TEXT NOT NULL UNIQUE,
	rev         INTEGER NOT NULL,    -- 0: named by marks only, it has no events
	seq         INTEGER NOT NULL,
	time        INTEGER NOT NULL,
	hash        BLOB,
	correlation TEXT,
	state       BLOB,
	shape       TEXT
) STRICT;

CREATE TABLE flows (
	n           INTEGER PRIMARY KEY,
	correlation TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE records (
	n      INTEGER PRIMARY KEY,
	id     BLOB NOT NULL UNIQUE,
	stream INTEGER NOT NULL,         -- streams.n
	seq    INTEGER NOT NULL,
	count  INTEGER NOT NULL,
	time   INTEGER NOT NULL,
	flow   INTEGER NOT NULL,         -- flows.n
	hash   BLOB NOT NULL,
	body   BLOB
) STRICT;
CREATE UNIQUE INDEX records_stream ON records (stream, seq) WHERE count > 0;
CREATE INDEX records_flow ON records (flow, time);
CREATE INDEX records_time ON records (time);

CREATE TABLE documents (
	n      INTEGER PRIMARY KEY,
	view   TEXT NOT NULL,
	key    TEXT NOT NULL,
	rev    INTEGER NOT NULL,
	body   BLOB,
	memory BLOB,
	UNIQUE (view, key)
) STRICT;

CREATE TABLE marks (
	view TEXT NOT NULL,
	mark TEXT NOT NULL,
	PRIMARY KEY (view, mark)
) STRICT, WITHOUT ROWID;

CREATE TABLE agenda (
	kind TEXT NOT NULL,
	id   TEXT NOT NULL,
	due  INTEGER NOT NULL,
	body BLOB,
	PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX agenda_due ON agenda (kind, due, id);

CREATE TABLE subscriptions (
	n            INTEGER PRIMARY KEY,
	name         TEXT NOT NULL UNIQUE,
	ack_within   INTEGER NOT NULL,   -- nanoseconds
	min_backoff  INTEGER NOT NULL,
	max_backoff  INTEGER NOT NULL,
	max_attempts INTEGER NOT NULL,
	concurrency  INTEGER NOT NULL
) STRICT;

CREATE TABLE topics (
	topic        TEXT NOT NULL,
	subscription INTEGER NOT NULL REFERENCES subscriptions (n),
	PRIMARY KEY (topic, subscription)
) STRICT, WITHOUT ROWID;

CREATE TABLE queue (
	k          INTEGER PRIMARY KEY,  -- subscriptions.n << 40, plus the message's place
	attempts   INTEGER NOT NULL,
	due        INTEGER NOT NULL,     -- microseconds since the epoch, 0: at once
	origin     INTEGER,              -- of a dead letter: the subscription that gave up
	id         TEXT NOT NULL,
	topic      TEXT NOT NULL,
	attributes TEXT,                 -- JSON
	data       BLOB
) STRICT;

-- clean: 1 if the last process that delivered messages ended them all
CREATE TABLE state (
	name  TEXT NOT NULL PRIMARY KEY,
	value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO state VALUES ('clean', 1);
INSERT INTO subscriptions VALUES (1, 'dead-letters', 0, 0, 0, 0, 0);
`

// create makes the tables in an empty file, which has a write-ahead log from the
// beginning: changing to one later would take a rollback journal, and a power
// cut could leave that behind.
func create(c *conn) error {
	if err := c.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"); err != nil {
		return err
	}
	err := c.script(fmt.Sprintf("BEGIN;%s PRAGMA application_id = %d; PRAGMA user_version = %d; COMMIT",
		schema, applicationID, schemaVersion))
	if err != nil {
		return err
	}
	busy, err := c.number("PRAGMA wal_checkpoint(TRUNCATE)") // closing does it too, but keeps errors to itself
	if err == nil && busy != 0 {
		err = errors.New("the new file is in use")
	}
	return err
}
