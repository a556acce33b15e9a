package dashboard

import (
	"slices"
	"strings"

	"github.com/annohook/annohook/payloads"
)

// Bounds of what is shown of a world.
const (
	maxWorldRows    = 30
	maxWorldColumns = 10
	maxKnownIDs     = 50
	longID          = 30 // characters from which on a word is taken for an id
)

// worldTable is one kind of things in a world.
type worldTable struct {
	Name    string
	Columns []string
	Rows    [][]worldCell
	More    int    // older rows that are left out
	Count   int    // of all
	Value   string // of a member that is no list of things
}

// worldCell is one value.
type worldCell struct {
	Column, Value string
	ID            bool // shown by its ends
}

// worldTables shows a world: each list of things as a table, newest first, since that is what actions take by default.
func worldTables(world *payloads.Object) []worldTable {
	tables := make([]worldTable, 0, world.Len())
	for _, m := range world.Members() {
		list, ok := m.Value.(payloads.Array)
		if !ok {
			tables = append(tables, worldTable{Name: m.Key, Value: printField(m.Value)})
			continue
		}
		t := worldTable{Name: m.Key, Count: len(list), More: max(0, len(list)-maxWorldRows)}
		shown := list[t.More:]
		t.Columns = columnsOf(shown)
		for _, v := range slices.Backward(shown) {
			t.Rows = append(t.Rows, worldRow(v, t.Columns))
		}
		tables = append(tables, t)
	}
	return tables
}

// columnsOf are the keys of the things in a list, in the order in which they come.
func columnsOf(list payloads.Array) []string {
	var columns []string
	for _, v := range list {
		o, ok := v.(*payloads.Object)
		if !ok {
			continue
		}
		for _, key := range o.Keys() {
			if !slices.Contains(columns, key) && len(columns) < maxWorldColumns {
				columns = append(columns, key)
			}
		}
	}
	return columns
}

func worldRow(v payloads.Value, columns []string) []worldCell {
	o, ok := v.(*payloads.Object)
	if !ok {
		return []worldCell{{Value: printField(v)}}
	}
	row := make([]worldCell, len(columns))
	for i, name := range columns {
		row[i] = worldCell{Column: name, ID: name == "id"}
		if value, has := o.Get(name); has && value != nil {
			row[i].Value = printField(value)
			row[i].ID = row[i].ID || len(row[i].Value) >= longID && !strings.ContainsAny(row[i].Value, " [{")
		}
	}
	return row
}

// idsOf lists the ids of the things that are called name, newest first.
func idsOf(world *payloads.Object, name string) []string {
	v, ok := world.Get(name + "s")
	if !ok {
		if v, ok = world.Get(name + "es"); !ok {
			return nil
		}
	}
	list, _ := v.(payloads.Array)
	var ids []string
	for _, thing := range slices.Backward(list) {
		o, ok := thing.(*payloads.Object)
		if !ok || len(ids) == maxKnownIDs {
			continue
		}
		if id, has := o.Get("id"); has {
			ids = append(ids, printField(id))
		}
	}
	return ids
}
