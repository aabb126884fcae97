package apdu_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"testing"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

func TestATRDeclaresWhatSelectDoes(t *testing.T) {
	for mtu, want := range map[int]string{255: "3b8501807380218056", 2048: "3b850180738021c016"} {
		b := newRealm(t).body(1, mtu)
		if got := hex.EncodeToString(b.ATR()); got != want {
			t.Errorf("mtu %d: ATR %s; want %s", mtu, got, want)
		}
		a, err := b.terminal().Select()
		if err != nil || a.MTU != mtu || a.Extended() != (mtu > 255) {
			t.Errorf("SELECT: %+v, %v; want mtu %d", a, err, mtu)
		}
	}
}

func TestSelectTellsNoCardFromAnother(t *testing.T) {
	r := newRealm(t)
	one, other := r.body(1, 2048), r.body(2, 2048)
	one.fund(500)
	cmd := apdu.Command{INS: apdu.InsSelect, P1: 4, Data: apdu.AID, Le: 256}.Encode()
	if a, b := one.Transmit(cmd), other.Transmit(cmd); !bytes.Equal(a, b) || len(a) < 20 {
		t.Errorf("two cards answer SELECT with %x and %x", a, b)
	}
}

// A payment from a card at a terminal's contactless reader, and from card to
// card through a phone, in short and in extended length.
func TestWholePayments(t *testing.T) {
	for _, tt := range []struct {
		name  string
		mtu   int
		block int
	}{{"short", 255, 0}, {"short, 240", 255, apdu.ShortPayload}, {"extended", 2048, 0}, {"tiny blocks", 2048, 16}} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRealm(t)
			payer, payee, shop := r.body(1, tt.mtu), r.body(2, tt.mtu), r.body(3, tt.mtu)
			payer.fund(1000)
			p, q := payer.stranger(), payee.terminal()
			p.Block, q.Block = tt.block, tt.block
			r.must(apdu.CardPayee{Terminal: q}.Arm(300, "Café"))
			r.must(apdu.Carry(apdu.CardPayer{Terminal: p}, apdu.CardPayee{Terminal: q}))
			r.must(apdu.Carry(apdu.CardPayer{Terminal: p},
				apdu.DevicePayee{Device: shop.Device(), Demand: device.Demand{Amount: 200}}))
			if a, b, c := payer.status(), payee.status(), shop.status(); a.Balance != 500 || b.Balance != 300 ||
				c.Balance != 200 || a.PendingOutgoing != 0 {
				t.Errorf("balances %d, %d, %d, pending %d", a.Balance, b.Balance, c.Balance, a.PendingOutgoing)
			}
			t.Logf("payer's card, two payments: %+v", p.Count())
		})
	}
}

// The four frames of a payment, with the certificates by value, take the short
// APDUs that the table of sizes counts, and GET RESPONSE for what is longer.
func TestAPDUsOfAPaymentAreCounted(t *testing.T) {
	for _, tt := range []struct {
		mtu, block int
		count      func(int) int
	}{{255, apdu.ShortPayload, apdu.ShortAPDUs}, {2048, 0, apdu.ExtendedAPDUs}} {
		r := newRealm(t)
		payer, shop := r.body(1, tt.mtu), r.body(3, tt.mtu)
		payer.fund(1000)
		p := payer.stranger()
		p.Block = tt.block
		before := p.Count()
		m1, err := apdu.CardPayer{Terminal: p}.Hello()
		r.must(err)
		m2, err := shop.Device().Request(0, m1, device.Demand{Amount: 200})
		r.must(err)
		m3, err := apdu.CardPayer{Terminal: p}.Pay(m2)
		r.must(err)
		m4, err := shop.Device().Accept(0, m3)
		r.must(err)
		_, err = apdu.CardPayer{Terminal: p}.Acknowledge(m4)
		r.must(err)
		// M3's first part comes with the answer to M2's last block.
		want := tt.count(len(m1)) + tt.count(len(m2)) + tt.count(len(m3)) - 1 + tt.count(len(m4))
		if got := p.Count().APDUs - before.APDUs; got != want {
			t.Errorf("mtu %d: %d APDUs; want %d", tt.mtu, got, want)
		}
	}
}

func TestPartialChainChangesNothing(t *testing.T) {
	r := newRealm(t)
	b := r.body(1, 255)
	user := b.terminal()
	request, err := user.Do(apdu.InsFundReq, 0, 0, wire.AppendUint(wire.AppendArray(nil, 1), 700))
	r.must(err)
	fund := r.voucher(request, b.known)
	block := func(cla, ins, p1 byte, data []byte) apdu.Status {
		r, err := apdu.ParseResponse(b.Transmit(apdu.Command{CLA: cla, INS: ins, P1: p1, Data: data, Le: 256}.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		return r.Status
	}
	cut := len(fund) - 100
	head, tail := fund[:cut], fund[cut:]
	begin := func() apdu.Status {
		for rest := head; ; rest = rest[200:] {
			if s := block(0x90, apdu.InsFund, 0, rest[:min(200, len(rest))]); s != apdu.StatusOK || len(rest) <= 200 {
				return s
			}
		}
	}
	for _, tt := range []struct {
		name    string
		between func()
	}{
		{"another instruction", func() { block(0x80, apdu.InsQuery, 6, nil) }},
		{"another P1", func() { block(0x90, apdu.InsFund, 1, head[:10]) }},
		{"GET RESPONSE", func() { block(0x00, apdu.InsMore, 0, nil) }},
		{"SELECT", func() { b.terminal() }},
		{"a malformed command", func() { b.Transmit([]byte{0x80, apdu.InsFund, 0, 0, 9, 1}) }},
		{"an empty block", func() { block(0x90, apdu.InsFund, 0, nil) }},
		{"another class", func() { block(0x84, apdu.InsFund, 0, head[:4]) }},
		{"loss of power", func() { r.must(b.Reset()); b.terminal() }},
	} {
		if s := begin(); s != apdu.StatusOK {
			t.Fatalf("%s: the first blocks: %s", tt.name, s)
		}
		tt.between()
		if s := block(0x80, apdu.InsFund, 0, tail); s == apdu.StatusOK || b.status().Balance != 0 {
			t.Errorf("%s: the tail alone: %s, balance %d; want a refusal and 0", tt.name, s, b.status().Balance)
		}
	}
	begin()
	if s := block(0x80, apdu.InsFund, 0, tail); s != apdu.StatusOK || b.status().Balance != 700 {
		t.Errorf("the whole chain: %s, balance %d; want 9000 and 700", s, b.status().Balance)
	}
}

func TestStrangersReaderLearnsNothing(t *testing.T) {
	r := newRealm(t)
	b := r.body(1, 255)
	b.fund(1000)
	stranger := b.stranger()
	for what := byte(1); what <= 5; what++ {
		_, err := stranger.Do(apdu.InsQuery, what, 0, nil)
		if no, ok := errors.AsType[*apdu.Refusal](err); !ok || no.Status != apdu.StatusUser {
			t.Errorf("QUERY %d to a stranger: %v; want 6982", what, err)
		}
		if _, err := b.terminal().Do(apdu.InsQuery, what, 0, nil); err != nil {
			t.Errorf("QUERY %d at the user's side: %v", what, err)
		}
	}
	user := b.terminal()
	try := func(pin string) apdu.Status {
		_, err := stranger.Do(apdu.InsVerify, 0, 0x80, []byte(pin))
		no, _ := errors.AsType[*apdu.Refusal](err)
		if no == nil {
			return apdu.StatusOK
		}
		return no.Status
	}
	if s := try("1234"); s != apdu.StatusConditions {
		t.Errorf("VERIFY of an unarmed card: %s; want 6985", s)
	}
	_, err := user.Do(apdu.InsArm, apdu.ArmPay, 0, wire.AppendUint(wire.AppendArray(nil, 1), 5))
	r.must(err)
	if s := try("9999"); s != apdu.StatusTries|2 {
		t.Errorf("a wrong PIN: %s; want 63C2", s)
	}
	if s := try("1234"); s != apdu.StatusOK {
		t.Errorf("the PIN of an armed card: %s; want 9000", s)
	}
	if _, err := stranger.Do(apdu.InsQuery, apdu.QueryBalance, 0, nil); err != nil {
		t.Errorf("QUERY 1 after the PIN: %v", err)
	}
	if _, err := stranger.Do(apdu.InsFundReq, 1, 0, nil); err == nil {
		t.Error("a stranger's reader cancels a funding")
	}
}

func TestPINChangeLastsAndLocks(t *testing.T) {
	r := newRealm(t)
	b := r.body(1, 255)
	change := func(before, after string) error {
		data := wire.AppendBytes(wire.AppendBytes(wire.AppendArray(nil, 2), []byte(before)), []byte(after))
		_, err := b.terminal().Do(apdu.InsChangePIN, 0, 0x80, data)
		return err
	}
	r.must(change("1234", "56789"))
	r.must(b.Reset())
	if _, err := b.terminal().Do(apdu.InsVerify, 0, 0x80, []byte("56789")); err != nil {
		t.Errorf("the new PIN after a loss of power: %v", err)
	}
	if err := change("56789", "1"); err == nil {
		t.Error("a PIN of one byte is taken")
	}
	for range 3 {
		_ = change("0000", "1111")
	}
	_, err := b.terminal().Do(apdu.InsVerify, 0, 0x80, []byte("56789"))
	if no, ok := errors.AsType[*apdu.Refusal](err); !ok || no.Status != apdu.StatusPINLocked || no.Code != spec.EPinLocked {
		t.Errorf("after three wrong tries: %v; want 6983 and 172", err)
	}
}

func TestEveryRefusalHasOneStatus(t *testing.T) {
	want := map[apdu.Status][]spec.Code{
		apdu.StatusUser: {207}, apdu.StatusPINLocked: {172}, apdu.StatusConditions: {141, 142, 170, 171, 173, 174},
		apdu.StatusData: {101, 102, 103, 104, 105, 106, 107}, apdu.StatusMemory: {220, 221},
	}
	of := map[spec.Code]apdu.Status{}
	for status, codes := range want {
		for _, code := range codes {
			of[code] = status
		}
	}
	for _, c := range spec.Codes() {
		status, special := of[c.Code]
		if !special {
			status = apdu.StatusRefused
		}
		if got := apdu.StatusOf(c.Code); got != status {
			t.Errorf("%d: %s; want %s", int(c.Code), got, status)
		}
	}
}

// A refusal's code comes with the answer, and again from QUERY 7.
func TestRefusalsAreTold(t *testing.T) {
	r := newRealm(t)
	r.limits.MaxTx = wire.LimitOf(100)
	payer, shop := r.body(1, 255), r.body(2, 255)
	payer.fund(1000)
	p := payer.stranger()
	err := apdu.Carry(apdu.CardPayer{Terminal: p},
		apdu.DevicePayee{Device: shop.Device(), Demand: device.Demand{Amount: 101}})
	no, ok := errors.AsType[*apdu.Refusal](err)
	if !ok || no.Status != apdu.StatusRefused || no.Code != spec.EMaxTx {
		t.Fatalf("above the limit: %v; want 69F0 and 200", err)
	}
	if body, err := p.Do(apdu.InsQuery, apdu.QueryRefusal, 0, nil); err != nil || !bytes.Equal(body, []byte{0x81, 0x18, 200}) {
		t.Errorf("QUERY 7: %x, %v; want 8118c8", body, err)
	}
	if s := payer.status(); s.Balance != 1000 || s.Counter != 0 {
		t.Errorf("a refused payment moved %d", 1000-s.Balance)
	}
}

// One arming answers one M1, whatever a reader sends, and selects, besides.
func TestOneArmingOpensOneRequest(t *testing.T) {
	r := newRealm(t)
	payer, payee := r.body(1, 255), r.body(2, 255)
	payer.fund(1000)
	user, p := payee.terminal(), payer.stranger()
	r.must(apdu.CardPayee{Terminal: user}.Arm(10, ""))
	first, opened := payee.status().NextRequest, 0
	for range 5 {
		reader := payee.stranger()
		m1, err := apdu.CardPayer{Terminal: p}.Hello()
		r.must(err)
		if _, err := (apdu.CardPayee{Terminal: reader}).Answer(m1); err == nil {
			opened++
		}
	}
	if n := payee.status().NextRequest - first; opened != 1 || n != 1 {
		t.Errorf("five HELLOs were answered %d times and opened %d requests; want 1 and 1", opened, n)
	}
}
