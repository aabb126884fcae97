package simulator

import "github.com/assay-cbdc/assay/reference/device"

// An Inspector shows the devices behind the adapter to what plants faults in
// them. [New] returns one unless Options.Wrap says otherwise.
type Inspector interface {
	// Device returns the device of a handle, nil when there is none.
	Device(handle string) *device.Device
}

// Device returns the device of a handle, nil when there is none.
func (s *simulator) Device(handle string) *device.Device {
	if u := s.devices[handle]; u != nil {
		return u.device
	}
	return nil
}
