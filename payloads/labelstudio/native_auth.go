package labelstudio

import (
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/golang-jwt/jwt/v5"

	"github.com/annohook/annohook/payloads"
)

// Lifetimes of tokens.
const (
	accessLifetime  = 5 * time.Minute
	refreshLifetime = 200 * 365 * 24 * time.Hour
)

// Types of tokens.
const (
	typeAccess  = "access"
	typeRefresh = "refresh"
)

// openKey signs the tokens of an API that is open, where nobody checks them; openToken is the old-style token that such a user has.
const (
	openKey   = "annohook serves label studio to everybody"
	openToken = "0123456789abcdef0123456789abcdef01234567"
)

// claims are what a token says, in the server's order.
type claims struct {
	TokenType string `json:"token_type"`
	Expires   int64  `json:"exp"`
	Issued    int64  `json:"iat"`
	JTI       string `json:"jti"`
	UserID    string `json:"user_id"`
}

// The methods make claims what package jwt checks: only the times count.
func (c claims) GetExpirationTime() (*jwt.NumericDate, error) {
	if c.Expires == 0 {
		return nil, nil //nolint:nilnil // how package jwt says that there is none
	}
	return jwt.NewNumericDate(time.Unix(c.Expires, 0)), nil
}
func (c claims) GetIssuedAt() (*jwt.NumericDate, error)  { return nil, nil } //nolint:nilnil // not checked
func (c claims) GetNotBefore() (*jwt.NumericDate, error) { return nil, nil } //nolint:nilnil // not checked
func (c claims) GetIssuer() (string, error)              { return "", nil }
func (c claims) GetSubject() (string, error)             { return "", nil }
func (c claims) GetAudience() (jwt.ClaimStrings, error)  { return nil, nil }

// mint makes a token, signed as the server signs: HS256.
func mint(key, kind, user string, now time.Time, lifetime time.Duration, random [16]byte) (string, error) {
	if key == "" {
		key = openKey
	}
	return jwt.NewWithClaims(jwt.SigningMethodHS256, claims{
		TokenType: kind, Expires: now.Add(lifetime).Unix(), Issued: now.Unix(), JTI: hex.EncodeToString(random[:]), UserID: user,
	}).SignedString([]byte(key))
}

// mintRefresh makes a personal access token: a refresh token that lasts for about 200 years.
func mintRefresh(key string, now time.Time, random [16]byte) (string, error) {
	return mint(key, typeRefresh, "1", now, refreshLifetime, random)
}

// authenticate looks at the credentials of a request. X-Api-Key is the same as a Token and beats Authorization; a Bearer that does not
// hold is as good as none.
func (c *call) authenticate() (present bool, fault *problem) {
	header := c.r.Header.Get("Authorization")
	if key, there := c.r.Header["X-Api-Key"]; there {
		header = "Token " + strings.Join(key, ",")
	}
	words := strings.Fields(header)
	switch {
	case len(words) > 0 && words[0] == "Bearer":
		return len(words) == 2 && c.api.bearer(words[1]), nil
	case len(words) == 0 || !strings.EqualFold(words[0], "Token"):
		return false, nil
	case len(words) == 1:
		return false, unauthorized("Invalid token header. No credentials provided.")
	case len(words) > 2:
		return false, unauthorized("Invalid token header. Token string should not contain spaces.")
	case !utf8.ValidString(words[1]):
		return false, unauthorized("Invalid token header. Token string should not contain invalid characters.")
	case !c.api.proves(words[1]):
		return false, unauthorized("Invalid token.")
	}
	return true, nil
}

// proves reports whether a credential is the key, or any where the API is open.
func (a *api) proves(credential string) bool {
	return payloads.Proves(a.host.Key(), credential)
}

// bearer reports whether an access token holds. An open API accepts any text; but a token that can be read must not be expired, nor a
// refresh token, which is the mistake that everybody makes once.
func (a *api) bearer(token string) bool {
	if token == "" {
		return false
	}
	got, err := a.read(token)
	switch {
	case err == nil:
		return got.TokenType == typeAccess || a.host.Key() == "" && got.TokenType != typeRefresh
	case a.host.Key() == "":
		return !errors.Is(err, jwt.ErrTokenExpired)
	default:
		return false
	}
}

// read reads a token. An open API does not look at the signature.
func (a *api) read(token string) (claims, error) {
	var got claims
	key, now := a.host.Key(), a.host.Now
	if key == "" {
		if _, _, err := jwt.NewParser().ParseUnverified(token, &got); err != nil {
			return claims{}, err
		}
		return got, jwt.NewValidator(jwt.WithTimeFunc(now), jwt.WithExpirationRequired()).Validate(got)
	}
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithTimeFunc(now), jwt.WithExpirationRequired())
	_, err := parser.ParseWithClaims(token, &got, func(*jwt.Token) (any, error) { return []byte(key), nil })
	return got, err
}

// refresh exchanges a refresh token for an access token.
func refresh(c *call) {
	o, fault := c.form()
	if fault != nil {
		c.fail(fault)
		return
	}
	token, fault := textField(o, "refresh")
	if fault != nil {
		c.fail(fault)
		return
	}
	got, err := c.api.read(token)
	switch {
	case errors.Is(err, jwt.ErrTokenExpired):
		c.fail(badToken("Token is expired"))
		return
	case err != nil:
		c.fail(badToken("Token is invalid"))
		return
	case got.TokenType != typeRefresh && (c.api.host.Key() != "" || got.TokenType != ""):
		c.fail(badToken("Token has wrong type"))
		return
	}
	random, err := c.api.host.Random()
	if err != nil {
		c.fail(&problem{status: http.StatusInternalServerError, detail: err.Error()})
		return
	}
	access, err := mint(c.api.host.Key(), typeAccess, got.UserID, c.api.host.Now(), accessLifetime, random)
	if err != nil {
		c.fail(&problem{status: http.StatusInternalServerError, detail: err.Error()})
		return
	}
	c.answer(http.StatusOK, payloads.Obj("access", access))
}

func badToken(detail string) *problem {
	return &problem{status: http.StatusUnauthorized, detail: detail, authenticate: `Bearer realm="api"`}
}

// textField reads a required string that may not be blank. Numbers count as their digits.
func textField(o *payloads.Object, name string) (string, *problem) {
	v, ok := o.Get(name)
	if !ok {
		return "", invalid(name, "This field is required.")
	}
	switch t := v.(type) {
	case nil:
		return "", invalid(name, "This field may not be null.")
	case bool, payloads.Array, *payloads.Object:
		return "", invalid(name, "Not a valid string.")
	default:
		text := pythonStrip(pythonText(t))
		if text == "" {
			return "", invalid(name, "This field may not be blank.")
		}
		if strings.ContainsRune(text, 0) {
			return "", invalid(name, noNull)
		}
		return text, nil
	}
}

// listTokens shows no token: this server keeps none, it only makes them.
func listTokens(c *call) { c.answer(http.StatusOK, payloads.Array{}) }

func createToken(c *call) {
	random, err := c.api.host.Random()
	if err == nil {
		var token string
		if token, err = mintRefresh(c.api.host.Key(), c.api.host.Now(), random); err == nil {
			c.answer(http.StatusCreated, payloads.Obj("token", token))
			return
		}
	}
	c.fail(&problem{status: http.StatusInternalServerError, detail: err.Error()})
}

func userToken(c *call) {
	token := c.api.host.Key()
	if token == "" {
		token = openToken
	}
	c.answer(http.StatusOK, payloads.Obj("token", token))
}
