package spec

import (
	"regexp"
	"sync"
)

// A Threat is a row of the table of threats in security.md.
type Threat struct {
	ID   string `json:"id"` // "TH-20"
	Text string `json:"text"`
}

var threatRow = regexp.MustCompile(`(?m)^\| (TH-[0-9]{2}) \| ([^|]+) \|$`)

// Threats returns the table of threats in its order.
func Threats() []Threat { return append([]Threat(nil), threats()...) }

var threats = sync.OnceValue(func() []Threat {
	text, err := files.ReadFile("security.md")
	if err != nil {
		panic("spec: " + err.Error())
	}
	var list []Threat
	for _, m := range threatRow.FindAllStringSubmatch(string(text), -1) {
		list = append(list, Threat{m[1], m[2]})
	}
	return list
})
