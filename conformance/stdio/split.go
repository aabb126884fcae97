package stdio

import (
	"errors"
	"strings"
)

// Split splits a command into words as a POSIX shell would, without being one:
// blanks separate; single quotes keep everything; double quotes keep all but a
// backslash before $, `, ", \ or a line feed; a backslash outside quotes keeps
// the next character. Nothing is expanded, and no operator means anything.
func Split(command string) ([]string, error) {
	var words []string
	var word strings.Builder
	inWord := false
	for i := 0; i < len(command); i++ {
		c := command[i]
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
			if inWord {
				words = append(words, word.String())
				word.Reset()
			}
			inWord = false
			continue
		case c == '\'':
			n := strings.IndexByte(command[i+1:], '\'')
			if n < 0 {
				return nil, errors.New("a single quote is not closed")
			}
			word.WriteString(command[i+1 : i+1+n])
			i += n + 1
		case c == '"':
			n, err := doubleQuoted(&word, command[i+1:])
			if err != nil {
				return nil, err
			}
			i += n
		case c == '\\':
			if i++; i == len(command) {
				return nil, errors.New("a backslash stands at the end")
			}
			if command[i] == '\n' {
				continue
			}
			word.WriteByte(command[i])
		default:
			word.WriteByte(c)
		}
		inWord = true
	}
	if inWord {
		words = append(words, word.String())
	}
	if len(words) == 0 {
		return nil, errors.New("the command is empty")
	}
	return words, nil
}

// doubleQuoted writes what stands before the closing quote of s to word and
// returns how many bytes it took, the quote included.
func doubleQuoted(word *strings.Builder, s string) (int, error) {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"':
			return i + 1, nil
		case c == '\\' && i+1 < len(s) && strings.IndexByte("$`\"\\\n", s[i+1]) >= 0:
			if i++; s[i] != '\n' {
				word.WriteByte(s[i])
			}
		default:
			word.WriteByte(c)
		}
	}
	return 0, errors.New("a double quote is not closed")
}
