package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"

	"github.com/assay-cbdc/assay/reference/apdu"
	"github.com/assay-cbdc/assay/reference/device"
	"github.com/assay-cbdc/assay/reference/nvm"
	"github.com/assay-cbdc/assay/reference/wire"
)

var apduMarker = regexp.MustCompile(`(?s)<!-- apdu -->\n.*?<!-- end apdu -->`)

// A tap is the conversation between Ben's terminal and Ana's card.
type tap struct {
	card *apdu.Card
	out  strings.Builder
}

// conversation is the example of apdu.md, made by the software card.
func (s *teller) conversation() (string, error) {
	ana, err := s.smartCard(s.ana, "ana")
	if err != nil {
		return "", err
	}
	ben, err := s.smartCard(s.ben, "ben")
	if err != nil {
		return "", err
	}
	if err := s.fundCard(ana); err != nil {
		return "", err
	}
	t := &tap{card: ana}
	if err := t.tell(ben.Device()); err != nil {
		return "", err
	}
	return "<!-- apdu -->\n```apdu\n" + t.out.String() + "```\n<!-- end apdu -->", nil
}

// tell lets the card pay the terminal, and shows what a stranger gets.
func (t *tap) tell(ben *device.Device) error {
	reader := &apdu.Terminal{Transmit: t.transmit, Short: true, Block: 255}
	t.say("The terminal selects the application.")
	if _, err := reader.Select(); err != nil {
		return err
	}
	t.say("EXCHANGE: the card pays (role 1) and opens with M1.")
	payer := apdu.CardPayer{Terminal: reader}
	m1, err := payer.Hello()
	if err != nil {
		return err
	}
	m2, err := ben.Request(1, m1, device.Demand{Amount: 1250, Label: "Bakery"})
	if err != nil {
		return err
	}
	t.say(fmt.Sprintf("M2, %d bytes, in blocks; the answer to the last one is M3.", len(m2)))
	m3, err := payer.Pay(m2)
	if err != nil {
		return err
	}
	m4, err := ben.Accept(1, m3)
	if err != nil {
		return err
	}
	t.say(fmt.Sprintf("M4, %d bytes: the receipt. The card has nothing to add.", len(m4)))
	if _, err := payer.Acknowledge(m4); err != nil {
		return err
	}
	t.say("QUERY 1, the balance, is not for a stranger: 6982, and QUERY 7 says 207.")
	if _, err := reader.Do(apdu.InsQuery, apdu.QueryBalance, 0, nil); err == nil {
		return fmt.Errorf("the card tells a stranger its balance")
	}
	t.say("What is no frame is refused: 69F0 with [140].")
	_, _ = reader.Do(apdu.InsExchange, apdu.RolePayer, 4, []byte{0x80})
	return nil
}

func (t *tap) say(text string) { fmt.Fprintf(&t.out, "# %s\n", text) }

func (t *tap) transmit(command []byte) []byte {
	answer := t.card.Contactless.Transmit(command)
	fmt.Fprintf(&t.out, "-> %s\n<- %s\n", abridged(command), abridged(answer))
	return answer
}

// shown is how many bytes at either end of a long APDU are shown.
const shown = 12

func abridged(b []byte) string {
	if len(b) <= 4*shown {
		return fmt.Sprintf("%x", b)
	}
	return fmt.Sprintf("%x ... %x (%d bytes)", b[:shown], b[len(b)-shown:], len(b))
}

// smartCard makes the card of a party: its first draw is the party's key.
func (s *teller) smartCard(p *party, name string) (*apdu.Card, error) {
	key, seed := digest("key of "+name), digest("draws of "+name)
	cfg := device.DefaultConfig(wire.Place{Realm: p.realm, Currency: 978, Exponent: 2}, wire.EnvTest)
	store, err := nvm.Format(nvm.NewMemory(nvm.Options{}))
	if err != nil {
		return nil, err
	}
	parts := device.Parts{Store: store, Rand: io.MultiReader(bytes.NewReader(key[:]), rand.NewChaCha8(seed))}
	d, err := device.New(parts, cfg)
	if err != nil {
		return nil, err
	}
	err = d.Provision(device.Provisioning{
		Certs: [][]byte{p.cert}, Issuers: [][]byte{s.provider.cert, s.service.cert}, Roots: [][]byte{s.root.cert},
		Policy: s.made["POLICY"].bytes, Revset: s.made["REVSET"].bytes,
	})
	if err != nil {
		return nil, err
	}
	if err := d.Consent(true); err != nil {
		return nil, err
	}
	boot := func() (*device.Device, error) { return device.Boot(parts, cfg) }
	return apdu.NewCard(apdu.Config{Boot: boot, MTU: 255}), nil
}

// fundCard credits the card with 100.00 EUR.
func (s *teller) fundCard(card *apdu.Card) error {
	request, err := card.Device().FundRequest(10000)
	if err != nil {
		return err
	}
	o, err := wire.DecodeObject(request, wire.TypeFundReq.MaxBytes())
	if err != nil {
		return err
	}
	m, err := wire.DecodeFundReq(o.Payload)
	if err != nil {
		return err
	}
	voucher, _ := s.service.sign(wire.TypeFund, wire.Fund{
		Version: wire.V1, Realm: m.Realm, Suite: m.Suite, Currency: m.Currency, Exponent: m.Exponent, Amount: m.Amount,
		Nonce: m.Nonce, Cert: s.service.crt, RequestHash: o.ID(wire.TypeFundReq), Epoch: issued, Device: s.ana.did,
	}.Encode())
	return card.Device().FundAccept(voucher)
}
