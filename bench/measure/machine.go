package measure

import (
	"os"
	"runtime"
	"strconv"
	"strings"
)

// A Host describes the machine and what else it does. What the system does not
// tell is zero.
type Host struct {
	CPU        string
	Features   []string // instruction sets that choose a code path here
	Cores      int
	GOMAXPROCS int
	OS         string // "linux/amd64"
	Go         string
	Load1      float64 // load average over one minute
	Steal      float64 // seconds that the hypervisor gave to others, since boot
}

// ThisHost reads the description of the machine, now.
func ThisHost() Host {
	h := Host{
		Cores:      runtime.NumCPU(),
		GOMAXPROCS: runtime.GOMAXPROCS(0),
		OS:         runtime.GOOS + "/" + runtime.GOARCH,
		Go:         runtime.Version(),
		CPU:        runtime.GOARCH,
		Load1:      firstNumber(readProc("/proc/loadavg")),
		Steal:      stealSeconds(readProc("/proc/stat")),
	}
	info := readProc("/proc/cpuinfo")
	if model := cpuField(info, "model name"); model != "" {
		h.CPU = model
	}
	present := strings.Fields(cpuField(info, "flags"))
	for _, flag := range present {
		switch flag {
		case "avx2", "avx512f", "avx512ifma", "sha_ni", "bmi2", "adx", "vaes":
			h.Features = append(h.Features, flag)
		}
	}
	return h
}

// readProc returns a file of the proc file system, or nothing where there is
// none.
func readProc(name string) string {
	b, err := os.ReadFile(name)
	if err != nil {
		return ""
	}
	return string(b)
}

// cpuField returns the value of the first line "name : value".
func cpuField(info, name string) string {
	for line := range strings.Lines(info) {
		key, value, found := strings.Cut(line, ":")
		if found && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func firstNumber(s string) float64 {
	first, _, _ := strings.Cut(s, " ")
	n, err := strconv.ParseFloat(first, 64)
	if err != nil {
		return 0
	}
	return n
}

// stealSeconds reads the eighth number of the line "cpu", in hundredths of a
// second (USER_HZ, 100 on every Linux port in use).
func stealSeconds(stat string) float64 {
	line, _, _ := strings.Cut(stat, "\n")
	fields := strings.Fields(line)
	if len(fields) < 9 {
		return 0
	}
	return firstNumber(fields[8]) / 100
}
