package memqueue

import "github.com/annohook/annohook/sender/history"

// entry is one reference in the heap; seq keeps references that are due together in the order they came.
type entry struct {
	due history.Due
	seq int
}

// dueHeap is ordered by due time. It implements container/heap.Interface.
type dueHeap []entry

// Len is part of container/heap.Interface.
func (h dueHeap) Len() int { return len(h) }

// Less is part of container/heap.Interface.
func (h dueHeap) Less(i, j int) bool {
	if h[i].due.At.Equal(h[j].due.At) {
		return h[i].seq < h[j].seq
	}
	return h[i].due.At.Before(h[j].due.At)
}

// Swap is part of container/heap.Interface.
func (h dueHeap) Swap(i, j int) { h[i], h[j] = h[j], h[i] }

// Push is part of container/heap.Interface.
func (h *dueHeap) Push(x any) {
	if e, ok := x.(entry); ok {
		*h = append(*h, e)
	}
}

// Pop is part of container/heap.Interface.
func (h *dueHeap) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	(*h)[last] = entry{}
	*h = (*h)[:last]
	return e
}
