package sim

import "container/heap"

// A queue is actors that wait, the first to go on first.
type queue struct {
	actors []*actor
	before func(a, b *actor) bool
}

func byPriority(a, b *actor) bool {
	if a.priority != b.priority {
		return a.priority < b.priority
	}
	return a.name < b.name
}

func byTime(a, b *actor) bool {
	if a.wake != b.wake {
		return a.wake < b.wake
	}
	return byPriority(a, b)
}

func (q *queue) push(a *actor) { heap.Push(q, a) }
func (q *queue) pop() *actor   { return heap.Pop(q).(*actor) } //nolint:forcetypeassert // it holds nothing else
func (q *queue) first() *actor { return q.actors[0] }

// Len implements heap.Interface.
func (q *queue) Len() int { return len(q.actors) }

// Less implements heap.Interface.
func (q *queue) Less(i, j int) bool { return q.before(q.actors[i], q.actors[j]) }

// Swap implements heap.Interface.
func (q *queue) Swap(i, j int) {
	q.actors[i], q.actors[j] = q.actors[j], q.actors[i]
	q.actors[i].index, q.actors[j].index = i, j
}

// Push implements heap.Interface.
func (q *queue) Push(x any) {
	a := x.(*actor) //nolint:forcetypeassert // push pushes nothing else
	a.index = len(q.actors)
	q.actors = append(q.actors, a)
}

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(q.actors) - 1
	a := q.actors[last]
	q.actors[last] = nil
	q.actors = q.actors[:last]
	return a
}
