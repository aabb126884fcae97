package reports

import (
	"crypto/ed25519"
	"path/filepath"
)

// The files of a report's folder, beside the plots.
const (
	reportFile   = "report.json"
	envelopeFile = "report.intoto.json"
	junitFile    = "junit.xml"
	pageFile     = "index.html"
	benchFile    = "bench.json"
	benchText    = "bench.txt"
	plotsFolder  = "plots"
)

// An Extra is what may stand beside a conformance report in its folder.
type Extra struct {
	Bench *Bench             // on the page, and in bench.json, bench.txt and plots
	Kills []Kill             // the kill matrix of the suite's self-test, on the page and in plots
	Key   ed25519.PrivateKey // signs report.json; nil: not signed
}

// A Kill says that a check failed on a mutant, and on which requirement.
type Kill struct {
	Mutant      string
	Breaks      string // the requirement that the mutant is made to break
	Requirement string // the requirement that the check failed
	Check       string
}

// Write publishes the report in dir, which it makes if need be: report.json,
// junit.xml, index.html, plots/ and, with a key, report.intoto.json. Each file
// is whole or absent. It puts r in its one order. An error that wraps
// [ErrFolder] is the user's to mend.
func Write(dir string, r *Report, extra Extra) error {
	r.Normalise()
	file, err := Canonical(r)
	if err != nil {
		return err
	}
	file = append(file, '\n')
	junit, err := JUnit(r)
	if err != nil {
		return err
	}
	plots, err := plotsOf(extra)
	if err != nil {
		return err
	}
	page, err := HTML(r, extra)
	if err != nil {
		return err
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	// An envelope of an earlier run would contradict the report between here
	// and the end.
	if err := removed(filepath.Join(dir, envelopeFile)); err != nil {
		return folderError(dir, err)
	}
	for _, f := range []struct {
		name string
		data []byte
	}{{reportFile, file}, {junitFile, junit}, {pageFile, page}} {
		if err := writeFile(filepath.Join(dir, f.name), f.data); err != nil {
			return err
		}
	}
	if extra.Key != nil {
		envelope, err := Sign(r, file, extra.Key)
		if err != nil {
			return err
		}
		if err := writeFile(filepath.Join(dir, envelopeFile), envelope); err != nil {
			return err
		}
	}
	if extra.Bench != nil {
		if err := writeBench(dir, extra.Bench); err != nil {
			return err
		}
	}
	return writePlots(dir, plots)
}

// WriteBench publishes a benchmark alone: bench.json, bench.txt and plots/.
func WriteBench(dir string, b *Bench) error {
	plots, err := plotsOf(Extra{Bench: b})
	if err != nil {
		return err
	}
	if err := makeFolder(dir); err != nil {
		return err
	}
	if err := writeBench(dir, b); err != nil {
		return err
	}
	return writePlots(dir, plots)
}

func writeBench(dir string, b *Bench) error {
	b.Normalise()
	file, err := Canonical(b)
	if err != nil {
		return err
	}
	if err := writeFile(filepath.Join(dir, benchFile), append(file, '\n')); err != nil {
		return err
	}
	return writeFile(filepath.Join(dir, benchText), b.Text())
}

func writePlots(dir string, plots []plot) error {
	if len(plots) == 0 {
		return nil
	}
	folder := filepath.Join(dir, plotsFolder)
	if err := makeFolder(folder); err != nil {
		return err
	}
	for _, p := range plots {
		files, err := p.files()
		if err != nil {
			return err
		}
		for _, f := range files {
			if err := writeFile(filepath.Join(folder, f.name), f.data); err != nil {
				return err
			}
		}
	}
	return nil
}
