package reports

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// ErrFolder says that a report could not be written where it was asked for. It
// is the user's to mend: the text says what, where and what to do.
var ErrFolder = errors.New("the report could not be written")

func makeFolder(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return folderError(dir, err)
	}
	return nil
}

// writeFile puts data at path or leaves what was there: a reader never sees
// half a report, and neither does the next run after a power cut.
func writeFile(path string, data []byte) (err error) {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return folderError(path, err)
	}
	defer func() {
		if err != nil {
			err = folderError(path, errors.Join(err, removed(tmp.Name())))
		}
	}()
	if _, err := tmp.Write(data); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := tmp.Chmod(0o644); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := tmp.Sync(); err != nil {
		return errors.Join(err, tmp.Close())
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

func folderError(path string, err error) error {
	advice := "choose another folder with --out"
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		advice = "free some space there, or choose another folder with --out"
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		advice = "make the folder writable, or choose another one with --out"
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, fs.ErrExist):
		advice = "a file stands where a folder is needed: move it, or choose another folder with --out"
	}
	return fmt.Errorf("%w to %s: %w; %s", ErrFolder, path, cause(err), advice)
}

// cause drops the system call and the name of the temporary file, which mean
// nothing to the reader.
func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	if l, ok := errors.AsType[*os.LinkError](err); ok {
		return l.Err
	}
	return err
}
