package spec

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A Code is a refusal code of the table in refusals.md.
type Code int

// A CodeInfo is one row of that table.
type CodeInfo struct {
	Code         Code   `json:"code"`
	Name         string `json:"name"`         // "E_REQ_USED"
	Phase        string `json:"phase"`        // where in the procedure it arises
	Requirements []ID   `json:"requirements"` // those whose breach it answers
	Meaning      string `json:"meaning"`
}

// String returns the name of the code, "E_REQ_USED", or its number when the
// table does not have it.
func (c Code) String() string {
	if info, ok := c.Info(); ok {
		return info.Name
	}
	return strconv.Itoa(int(c))
}

// Info returns the row of the table for c, and whether there is one.
func (c Code) Info() (CodeInfo, bool) {
	i, ok := slices.BinarySearchFunc(codes(), c, func(info CodeInfo, c Code) int { return int(info.Code - c) })
	if !ok {
		return CodeInfo{}, false
	}
	return codes()[i], true
}

// Codes returns the table of refusals.md, by rising code.
func Codes() []CodeInfo { return slices.Clone(codes()) }

var codes = sync.OnceValue(func() []CodeInfo {
	text, err := files.ReadFile("refusals.md")
	if err != nil {
		panic("spec: " + err.Error())
	}
	table, err := ParseCodes(string(text))
	if err != nil {
		panic("spec: refusals.md: " + err.Error())
	}
	return table
})

var (
	codeRow = regexp.MustCompile("(?m)^\\| ([0-9]{3}) \\| `(E_[A-Z0-9_]+)` \\| ([a-z]+) \\| ([^|]*) \\| ([^|]*) \\|$")
	idText  = regexp.MustCompile(`[A-Z]{3}-[0-9]{2}`)
)

// ParseCodes reads the table of refusal codes, whose rows rise by code.
func ParseCodes(text string) ([]CodeInfo, error) {
	var table []CodeInfo
	for _, m := range codeRow.FindAllStringSubmatch(text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return nil, err
		}
		info := CodeInfo{Code: Code(n), Name: m[2], Phase: m[3], Meaning: strings.TrimSpace(m[5])}
		for _, id := range idText.FindAllString(m[4], -1) {
			info.Requirements = append(info.Requirements, ID(id))
		}
		if len(table) > 0 && table[len(table)-1].Code >= info.Code {
			return nil, fmt.Errorf("code %d does not follow %d", n, table[len(table)-1].Code)
		}
		table = append(table, info)
	}
	return table, nil
}
