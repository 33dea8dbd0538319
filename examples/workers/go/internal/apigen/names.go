package main

import "strings"

// initialisms are written in capitals, as Go does.
var initialisms = map[string]string{
	"api": "API", "dr": "DR", "hitl": "HITL", "http": "HTTP", "id": "ID", "ids": "IDs", "json": "JSON", "pid": "PID", "rtif": "RTIF", "ti": "TI",
	"uri": "URI", "xcom": "XCom",
}

// exported turns `task_instance_id` and `JsonValue` into `TaskInstanceID` and `JSONValue`.
func exported(name string) string {
	if strings.HasPrefix(name, "Json") {
		return "JSON" + strings.TrimPrefix(name, "Json")
	}
	var out strings.Builder
	for _, word := range words(name) {
		if known, ok := initialisms[word]; ok {
			out.WriteString(known)
		} else {
			out.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return out.String()
}

// local turns `task_instance_id` into `taskInstanceID`.
func local(name string) string {
	first, rest, _ := strings.Cut(name, "_")
	if rest == "" {
		return first
	}
	return first + exported(rest)
}

func words(name string) []string {
	return strings.FieldsFunc(name, func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ' ' })
}
