package wire

import "strings"

// DeadLetterSource is the attribute in which Pub/Sub notes, on a dead letter,
// which subscription gave it up.
const DeadLetterSource = "CloudPubSubDeadLetterSourceSubscription"

// mark stands between a subscription's name and its topic in the id of a Pub/Sub
// subscription; it is in no name.
const mark = "~"

// JoinSubscription returns the id of the Pub/Sub subscription on one topic.
func JoinSubscription(name, topic string) string { return name + mark + topic }

// SplitSubscription returns the name, with the prefix that it may have, and the
// topic of a Pub/Sub subscription, given by its id or its full name. An id that
// JoinSubscription did not make is a name without a topic.
func SplitSubscription(subscription string) (name, topic string) {
	id := subscription[strings.LastIndexByte(subscription, '/')+1:]
	name, topic, _ = strings.Cut(id, mark)
	return name, topic
}
