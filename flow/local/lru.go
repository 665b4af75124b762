package local

import "container/list"

// An lru is a map that forgets what was not used for longest when the costs of
// its entries add up to more than its limit. It has no lock.
type lru[K comparable, V any] struct {
	limit, cost int
	order       *list.List // of *lruEntry[K, V]; the front was used last
	entries     map[K]*list.Element
}

type lruEntry[K comparable, V any] struct {
	key   K
	value V
	cost  int
}

func newLRU[K comparable, V any](limit int) *lru[K, V] {
	return &lru[K, V]{limit: limit, order: list.New(), entries: map[K]*list.Element{}}
}

func (l *lru[K, V]) get(key K) (value V, ok bool) {
	element, ok := l.entries[key]
	if !ok {
		return value, false
	}
	l.order.MoveToFront(element)
	return entryOf[K, V](element).value, true
}

// put adds or replaces a value. One that costs more than the limit is not kept.
func (l *lru[K, V]) put(key K, value V, cost int) {
	if element, ok := l.entries[key]; ok {
		e := entryOf[K, V](element)
		l.cost += cost - e.cost
		e.value, e.cost = value, cost
		l.order.MoveToFront(element)
	} else {
		l.entries[key] = l.order.PushFront(&lruEntry[K, V]{key, value, cost})
		l.cost += cost
	}
	for l.cost > l.limit {
		oldest := l.order.Back()
		e := entryOf[K, V](oldest)
		l.order.Remove(oldest)
		delete(l.entries, e.key)
		l.cost -= e.cost
	}
}

func entryOf[K comparable, V any](element *list.Element) *lruEntry[K, V] {
	return element.Value.(*lruEntry[K, V]) //nolint:forcetypeassert // the list holds nothing else
}
