// Times Porcupine on one history: the peer of `npm run bench:checkers` where ORDEAL_PORCUPINE names
// a folder with its source (`test/bench/porcupine.ts` builds this beside it).
//
// Input, as JSON on stdin: a model, its initial value, groups of events in order (one group a key),
// and how many samples to take. Values are JSON texts, decoded before the clock starts, as whoever
// records them would have them. An operation without an answer returns at the end, with an answer
// that fits every state.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/anishathalye/porcupine"
)

type event struct {
	Id      int    `json:"id"`
	Return  bool   `json:"return"`
	F       string `json:"f"`
	Value   string `json:"value"`
	Outcome string `json:"outcome"` // of a return: ok, refused or unknown

	text   string // a JSON text's content, or a list with separators
	pair   [2]string
	isPair bool
	micro  [][3]string
	isList bool
}

// Decodes what the model's steps need of the value.
func (e *event) decode(model string) {
	switch model {
	case "cas-register":
		var pair []json.RawMessage
		e.isPair = json.Unmarshal([]byte(e.Value), &pair) == nil && len(pair) == 2
		if e.isPair {
			e.pair = [2]string{string(pair[0]), string(pair[1])}
		}
	case "kv-append":
		e.text = unquoted(e.Value)
	case "log":
		e.text = listed(e.Value)
	case "set":
		e.text = sorted(e.Value)
	case "multi-register":
		var micro [][3]json.RawMessage
		e.isList = json.Unmarshal([]byte(e.Value), &micro) == nil
		for _, op := range micro {
			e.micro = append(e.micro, [3]string{string(op[0]), string(op[1]), string(op[2])})
		}
	}
}

type job struct {
	Model   string    `json:"model"`
	Initial string    `json:"initial"`
	Groups  [][]event `json:"groups"`
	Verbose bool      `json:"verbose"` // whether the longest orders are asked for: its witness
	Samples int       `json:"samples"`
	LimitMs int       `json:"limitMs"`
}

type report struct {
	Answer string    `json:"answer"`
	Ms     []float64 `json:"ms"` // the first is the first in the process
	PeakMb float64   `json:"peakMb"`
}

// Lists are texts with a separator after each element, so that equal content is equal text.
const separator = "\x1f"

func step(model string, state string, call *event, ret *event) (bool, string) {
	known := ret.Outcome == "ok"
	switch model {
	case "register", "cas-register":
		switch call.F {
		case "read":
			return !known || ret.Value == state, state
		case "write":
			return true, call.Value
		}
		if !call.isPair {
			return false, state
		}
		fits := call.pair[0] == state
		if ret.Outcome == "refused" {
			return !fits, state
		}
		if !fits {
			return !known, state
		}
		return true, call.pair[1]
	case "kv-append":
		switch call.F {
		case "append":
			return true, state + call.text
		case "put":
			return true, call.text
		}
		return !known || ret.text == state, state
	case "fifo-queue", "stack":
		if call.F == "enqueue" || call.F == "push" {
			return true, state + call.Value + separator
		}
		if state == "" {
			return !known || ret.Value == "null", state
		}
		if model == "fifo-queue" {
			at := strings.Index(state, separator)
			return !known || state[:at] == ret.Value, state[at+1:]
		}
		at := strings.LastIndex(state[:len(state)-1], separator) + 1
		return !known || state[at:len(state)-1] == ret.Value, state[:at]
	case "log":
		if call.F == "append" {
			return true, state + call.Value + separator
		}
		return !known || ret.text == state, state
	case "counter":
		count, _ := strconv.Atoi(state)
		if call.F == "read" {
			return !known || ret.Value == state, state
		}
		by := 1
		if call.Value != "null" {
			by, _ = strconv.Atoi(call.Value)
		}
		if call.F == "dec" {
			by = -by
		}
		return true, strconv.Itoa(count + by)
	case "set":
		has := strings.Contains(separator+state, separator+call.Value+separator)
		switch call.F {
		case "read":
			return !known || ret.text == state, state
		case "contains":
			return !known || ret.Value == strconv.FormatBool(has), state
		}
		changes := has != (call.F == "add")
		if known && (ret.Value == "true" || ret.Value == "false") && ret.Value != strconv.FormatBool(changes) {
			return false, state
		}
		if !changes {
			return true, state
		}
		if call.F == "add" {
			return true, ordered(append(elements(state), call.Value))
		}
		rest := elements(state)
		for at, element := range rest {
			if element == call.Value {
				rest = append(rest[:at], rest[at+1:]...)
				break
			}
		}
		return true, ordered(rest)
	case "multi-register":
		return transaction(state, call, ret)
	}
	panic("no model is called " + model)
}

// A transaction's micro-operations, ["r", key, value] and ["w", key, value], all at one moment.
func transaction(state string, call *event, ret *event) (bool, string) {
	registers := map[string]string{}
	for _, entry := range elements(state) {
		at := strings.Index(entry, "=")
		registers[entry[:at]] = entry[at+1:]
	}
	said := call
	if ret.Outcome == "ok" {
		said = ret
	}
	if !said.isList {
		return false, state
	}
	for _, op := range said.micro {
		f, key, value := op[0], op[1], op[2]
		if f == `"w"` {
			registers[key] = value
		} else if held, there := registers[key]; ret.Outcome == "ok" && (there && held != value || !there && value != "null") {
			return false, state
		}
	}
	entries := make([]string, 0, len(registers))
	for key, value := range registers {
		entries = append(entries, key+"="+value)
	}
	return true, ordered(entries)
}

func unquoted(text string) string {
	var plain string
	if json.Unmarshal([]byte(text), &plain) != nil {
		return ""
	}
	return plain
}

func listed(text string) string {
	var list []json.RawMessage
	if json.Unmarshal([]byte(text), &list) != nil {
		return text
	}
	var all strings.Builder
	for _, element := range list {
		all.WriteString(string(element) + separator)
	}
	return all.String()
}

func elements(state string) []string {
	if state == "" {
		return nil
	}
	return strings.Split(state[:len(state)-1], separator)
}

func ordered(list []string) string {
	sort.Strings(list)
	if len(list) == 0 {
		return ""
	}
	return strings.Join(list, separator) + separator
}

func sorted(text string) string { return ordered(elements(listed(text))) }

func initial(model string, text string) string {
	switch model {
	case "kv-append":
		return unquoted(text)
	case "register", "cas-register":
		return text
	case "counter":
		if text == "null" {
			return "0"
		}
		return text
	}
	if text == "null" {
		return ""
	}
	return listed(text)
}

func main() {
	var todo job
	if err := json.NewDecoder(os.Stdin).Decode(&todo); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(64)
	}
	start := initial(todo.Model, todo.Initial)
	model := porcupine.Model{
		PartitionEvent: func(all []porcupine.Event) [][]porcupine.Event {
			var groups [][]porcupine.Event
			from := 0
			for _, group := range todo.Groups {
				groups = append(groups, all[from:from+len(group)])
				from += len(group)
			}
			return groups
		},
		Init: func() interface{} { return start },
		Step: func(state, input, output interface{}) (bool, interface{}) {
			return step(todo.Model, state.(string), input.(*event), output.(*event))
		},
	}
	// Newer versions look states up by a hash where the model has one.
	if field := reflect.ValueOf(&model).Elem().FieldByName("Hash"); field.IsValid() {
		hash := func(state interface{}) uint64 {
			mixed := uint64(14695981039346656037)
			for _, b := range []byte(state.(string)) {
				mixed = (mixed ^ uint64(b)) * 1099511628211
			}
			return mixed
		}
		if field.Type() == reflect.TypeOf(hash) {
			field.Set(reflect.ValueOf(hash))
		}
	}
	var history []porcupine.Event
	for _, group := range todo.Groups {
		for at := range group {
			one := &group[at]
			one.decode(todo.Model)
			kind := porcupine.CallEvent
			if one.Return {
				kind = porcupine.ReturnEvent
			}
			history = append(history, porcupine.Event{Kind: kind, Value: one, Id: one.Id})
		}
	}
	said := report{}
	begun := time.Now()
	for len(said.Ms) < todo.Samples {
		from := time.Now()
		said.Answer = "invalid"
		if todo.Verbose {
			if result, _ := porcupine.CheckEventsVerbose(model, history, 0); result == porcupine.Ok {
				said.Answer = "valid"
			}
		} else if porcupine.CheckEvents(model, history) {
			said.Answer = "valid"
		}
		said.Ms = append(said.Ms, float64(time.Since(from).Nanoseconds())/1e6)
		if time.Since(begun) > time.Duration(todo.LimitMs)*time.Millisecond {
			break
		}
	}
	runtime.GC()
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	said.PeakMb = float64(usage.Maxrss) / 1024
	_ = json.NewEncoder(os.Stdout).Encode(said)
}
