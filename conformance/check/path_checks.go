package check

import (
	"slices"

	"github.com/assay-cbdc/assay/reference/cert"
	"github.com/assay-cbdc/assay/reference/suite"
	"github.com/assay-cbdc/assay/reference/wire"
	"github.com/assay-cbdc/assay/spec"
)

// brokenPaths are kits whose certificate path is broken at one link each.
func (t *T) brokenPaths() map[string]struct {
	kit   KitOptions
	codes []spec.Code
} {
	realm := t.env.realm
	carryAll := func(own []byte, from *cert.Authority) [][]byte { return [][]byte{own, from.Provider.Cert.Raw} }
	return map[string]struct {
		kit   KitOptions
		codes []spec.Code
	}{
		"a provider under an unknown root": {KitOptions{Realm: realm.Stranger, Carry: carryAll}, []spec.Code{spec.EPath, spec.ESig, spec.ECertNeeded}},
		"a bad signature on the certificate": {KitOptions{Certify: cert.DeviceOptions{BadSignature: true}},
			[]spec.Code{spec.ESig}},
		"certified by the root itself": {KitOptions{Certify: cert.DeviceOptions{Issuer: &realm.Root}}, []spec.Code{spec.EPath}},
		"certified by the service":     {KitOptions{Certify: cert.DeviceOptions{Issuer: &realm.Service}}, []spec.Code{spec.EUsage, spec.EPath}},
		"certified by another device": {KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Issuer[0] ^= 1 }}},
			[]spec.Code{spec.EPath, spec.ECertNeeded}},
		"an issuer weaker than what it certifies": {t.weaklyCertified(), []spec.Code{spec.EWeak}},
		"a validity beyond its issuer's": {KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.NotAfter = realm.NotAfter + 1 }}},
			[]spec.Code{spec.EPath}},
	}
}

var pathNames = []string{
	"a provider under an unknown root", "a bad signature on the certificate", "certified by the root itself",
	"certified by the service", "certified by another device", "a validity beyond its issuer's",
	"an issuer weaker than what it certifies",
}

// weaklyCertified is a kit whose provider has a classical key, and vouches for a
// post-quantum suite with it.
func (t *T) weaklyCertified() KitOptions {
	realm := t.env.realm
	key := cert.DeriveKey(suite.Ed25519, []byte("weak provider"), "provider")
	body := realm.Provider.Cert.Body
	body.Suite, body.Key = suite.Ed25519, key.Public().COSE()
	body.Subject = wire.DIDOf(realm.Place.Realm, wire.KeyDigest(body.Key))
	weak, err := cert.Parse(realm.Root.Sign(wire.TypeCert, body.Encode()))
	if err != nil {
		t.harness("a weak provider: " + err.Error())
	}
	suites := []suite.Suite{realm.base, suite.Ed25519MLDSA44}
	return KitOptions{
		Certify: cert.DeviceOptions{Issuer: &cert.Identity{Key: key, Cert: weak}, Suites: slices.Compact(suites)},
		Carry:   func(own []byte, _ *cert.Authority) [][]byte { return [][]byte{own, weak.Raw} },
		Offer:   []suite.Suite{realm.base},
	}
}

func payerPath(t *T) {
	var cases []badTransfer
	broken := t.brokenPaths()
	for _, name := range pathNames {
		cases = append(cases, badTransfer{name: name, kit: broken[name].kit, codes: broken[name].codes})
	}
	t.refuses(spec.CRY01, "a payer whose certificate path is broken was accepted", DeviceOptions{}, KitOptions{}, cases)
	whole := t.Kit(KitOptions{Carry: func(own []byte, from *cert.Authority) [][]byte { return [][]byte{own, from.Provider.Cert.Raw} }})
	a, _ := whole.Meet(t.Device(), 250).Pay()
	t.For(spec.CRY01, "a payer that sends its whole certificate path was refused").Expect(a).To(BeDone())
}

func payeePath(t *T) {
	var cases []badRequest
	broken := t.brokenPaths()
	for _, name := range pathNames {
		cases = append(cases, badRequest{name: name, kit: broken[name].kit, codes: broken[name].codes})
	}
	t.refusesToPay(spec.CRY01, "a payee whose certificate path is broken was paid", DeviceOptions{}, KitOptions{}, cases)
}

func certificateValidity(t *T) {
	epoch := t.env.realm.epoch
	old := KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.NotAfter = epoch - 100; b.Epoch = epoch - 200 }}}
	young := KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.NotBefore = epoch + 100 }}}
	codes := []spec.Code{spec.EExpired}
	t.refuses(spec.CRY02, "a payer whose certificate is not in force was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "expired", kit: old, codes: codes}, {name: "not yet in force", kit: young, codes: codes},
	})
	t.refusesToPay(spec.CRY02, "a payee whose certificate is not in force was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "expired", kit: old, codes: codes}, {name: "not yet in force", kit: young, codes: codes},
	})
}

func usageOnly(bits uint64) KitOptions {
	return KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Usage = bits }}}
}

func certificateUsage(t *T) {
	codes := []spec.Code{spec.EUsage}
	t.refuses(spec.CRY03, "a payer whose certificate is not for paying was accepted", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "verify only", kit: usageOnly(wire.UseVerifyOnly), codes: codes},
		{name: "receive only", kit: usageOnly(wire.UseReceive), codes: codes},
	})
	t.refusesToPay(spec.CRY03, "a payee whose certificate is not for receiving was paid", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "verify only", kit: usageOnly(wire.UseVerifyOnly), codes: codes},
		{name: "pay only", kit: usageOnly(wire.UsePay), codes: codes},
	})
}

func productionRefused(t *T) {
	carryAll := func(own []byte, from *cert.Authority) [][]byte { return [][]byte{own, from.Provider.Cert.Raw} }
	realm := t.env.realm
	whole := KitOptions{Realm: realm.Production, Carry: carryAll}
	mixed := KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) {
		b.Env, b.Realm = wire.EnvProduction, realm.Production.Place.Realm
	}}}
	realmOnly := KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Realm = realm.Production.Place.Realm }}}
	envOnly := KitOptions{Certify: cert.DeviceOptions{Edit: func(b *wire.Cert) { b.Env = wire.EnvProduction }}}
	codes := []spec.Code{spec.ERealm, spec.EPath, spec.ECertNeeded}
	t.refuses(spec.CRY04, "a payer certified for production was accepted by a test device", DeviceOptions{}, KitOptions{}, []badTransfer{
		{name: "the production authority", kit: whole, codes: codes},
		{name: "a production certificate by the test provider", kit: mixed, codes: codes},
		{name: "a production realm alone", kit: realmOnly, codes: []spec.Code{spec.ERealm}},
		{name: "a production environment alone", kit: envOnly, codes: []spec.Code{spec.EPath}},
	})
	t.refusesToPay(spec.CRY04, "a payee certified for production was paid by a test device", DeviceOptions{}, KitOptions{}, []badRequest{
		{name: "the production authority", kit: whole, codes: codes},
		{name: "a production certificate by the test provider", kit: mixed, codes: codes},
	})
}
