package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
)

// HMACSHA256Hex returns the HMAC-SHA256 of the parts, one behind the other, as 64 lower-case hex digits.
func HMACSHA256Hex(key []byte, parts ...[]byte) string {
	mac := hmac.New(sha256.New, key)
	for _, part := range parts {
		mac.Write(part)
	}
	var sum [sha256.Size]byte
	var text [2 * sha256.Size]byte
	hex.Encode(text[:], mac.Sum(sum[:0]))
	return string(text[:])
}

// Equal compares two signatures or secrets in a time that depends on their lengths alone.
func Equal(a, b string) bool {
	return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1
}

// fingerprintDigits is how much of the hash a fingerprint shows: 64 bits tell secrets apart and help nobody to guess one of real strength.
const fingerprintDigits = 16

// Fingerprint names a secret without showing it: "sha256:" and the first 16 hex digits of its SHA-256, or "" for no secret. A weak secret
// can still be found by guessing and comparing, so fingerprints belong where only the owner looks.
func Fingerprint(secret string) string {
	if secret == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(secret))
	return "sha256:" + hex.EncodeToString(sum[:])[:fingerprintDigits]
}
