package labelstudio_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"github.com/annohook/annohook/payloads/payloadtest"
)

// signed makes a token as anybody could.
func signed(t *testing.T, key string, claims jwt.MapClaims) string {
	t.Helper()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return token
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	future, past := payloadtest.Now().Add(time.Hour).Unix(), payloadtest.Now().Add(-time.Hour).Unix()
	access := jwt.MapClaims{"token_type": "access", "exp": future, "user_id": "1"}
	const absent = "401 Authentication credentials were not provided."
	tests := []struct {
		name         string
		header       []string
		open, strict string // "" is accepted
	}{
		{"none", nil, absent, absent},
		{"the key", []string{"Authorization", "Token secret"}, "", ""},
		{"lower case", []string{"Authorization", "token secret"}, "", ""},
		{"another key", []string{"Authorization", "Token bad"}, "", "401 Invalid token."},
		{"no key", []string{"Authorization", "Token"}, "401 Invalid token header. No credentials provided.", "401 Invalid token header. No credentials provided."},
		{
			"spaces",
			[]string{"Authorization", "Token a b"},
			"401 Invalid token header. Token string should not contain spaces.", "401 Invalid token header. Token string should not contain spaces.",
		},
		{
			"bytes",
			[]string{"Authorization", "Token \xff"},
			"401 Invalid token header. Token string should not contain invalid characters.",
			"401 Invalid token header. Token string should not contain invalid characters.",
		},
		{"key alone", []string{"Authorization", "secret"}, absent, absent},
		{"basic", []string{"Authorization", "Basic secret"}, absent, absent},
		{"api key", []string{"X-Api-Key", "secret"}, "", ""},
		{"bad api key", []string{"X-Api-Key", "bad"}, "", "401 Invalid token."},
		{"api key beats authorization", []string{"X-Api-Key", "secret", "Authorization", "Token bad"}, "", ""},
		{"access", []string{"Authorization", "Bearer " + signed(t, "secret", access)}, "", ""},
		{"foreign access", []string{"Authorization", "Bearer " + signed(t, "other", access)}, "", absent},
		{"lower-case bearer", []string{"Authorization", "bearer " + signed(t, "secret", access)}, absent, absent},
		{"expired", []string{"Authorization", "Bearer " + signed(t, "secret", jwt.MapClaims{"token_type": "access", "exp": past})}, absent, absent},
		{"refresh as bearer", []string{"Authorization", "Bearer " + signed(t, "secret", jwt.MapClaims{"token_type": "refresh", "exp": future})}, absent, absent},
		{"anything as bearer", []string{"Authorization", "Bearer x"}, "", absent},
		{"empty bearer", []string{"Authorization", "Bearer "}, absent, absent},
	}
	for _, tt := range tests {
		for _, key := range []string{"", "secret"} {
			h := newHost(t, "1.22")
			h.key = key
			c := newClient(t, h).with("Authorization", "").with(tt.header...)
			want := tt.open
			if key != "" {
				want = tt.strict
			}
			got := told(c, c.do("GET", hooks, ""))
			if got == "200 []" {
				got = ""
			}
			if got != want {
				t.Errorf("%s, key %q: %s, want %s", tt.name, key, got, want)
			}
		}
	}
}

// TestRefresh mints a personal access token, exchanges it and uses what comes back.
func TestRefresh(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"", "a secret key"} {
		h := newHost(t, "1.22")
		h.key = key
		pat, err := h.platform.Native.Token(key, payloadtest.Now(), [16]byte{1})
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(t, h).with("Authorization", "")
		a := c.do("POST", "/api/token/refresh/", `{"refresh":"`+pat+`"}`)
		access, _ := c.json(a).Get("access")
		token, _ := access.(string)
		if a.status != http.StatusOK || token == "" {
			t.Fatalf("%d %s", a.status, a.body)
		}
		claims := claimsOf(t, token)
		var told struct {
			Exp, Iat int64
			Type     string `json:"token_type"`
			User     string `json:"user_id"`
		}
		if err := json.Unmarshal([]byte(claims), &told); err != nil || told.Exp-told.Iat != 300 || told.Type != "access" || told.User != "1" {
			t.Errorf("access token says %s: %v", claims, err)
		}
		if order := strings.Join(parse(t, claims).Keys(), " "); order != "token_type exp iat jti user_id" {
			t.Errorf("claims %s", order)
		}
		if a := c.with("Authorization", "Bearer "+token).do("GET", hooks, ""); a.status != http.StatusOK {
			t.Errorf("access token: %d %s", a.status, a.body)
		}
		if a := c.with("Authorization", "Bearer "+pat).do("GET", hooks, ""); a.status != http.StatusUnauthorized {
			t.Errorf("refresh token as bearer: %d", a.status)
		}
		header, _, _ := strings.Cut(pat, ".")
		if !strings.HasPrefix(token, header+".") || header != base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"HS256","typ":"JWT"}`)) {
			t.Errorf("header %s", header)
		}
	}
}

func claimsOf(t *testing.T, token string) string {
	t.Helper()
	data, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestRefreshRefuses(t *testing.T) {
	t.Parallel()
	future, past := payloadtest.Now().Add(time.Hour).Unix(), payloadtest.Now().Add(-time.Hour).Unix()
	refresh := func(key string, claims jwt.MapClaims) string { return `{"refresh":"` + signed(t, key, claims) + `"}` }
	tests := []struct{ name, body, open, strict string }{
		{"nothing", `{}`, `400 {"refresh":["This field is required."]}`, ""},
		{"null", `{"refresh":null}`, `400 {"refresh":["This field may not be null."]}`, ""},
		{"blank", `{"refresh":" "}`, `400 {"refresh":["This field may not be blank."]}`, ""},
		{"list", `{"refresh":[]}`, `400 {"refresh":["Not a valid string."]}`, ""},
		{"number", `{"refresh":5}`, `401 Token is invalid`, ""},
		{"text", `{"refresh":"x"}`, `401 Token is invalid`, ""},
		{"no object", `[]`, `400 {"non_field_errors":["Invalid data. Expected a dictionary, but got list."]}`, ""},
		{"expired", refresh("secret", jwt.MapClaims{"token_type": "refresh", "exp": past}), `401 Token is expired`, ""},
		{"no end", refresh("secret", jwt.MapClaims{"token_type": "refresh"}), `401 Token is invalid`, ""},
		{"access", refresh("secret", jwt.MapClaims{"token_type": "access", "exp": future}), `401 Token has wrong type`, ""},
		{"foreign", refresh("other", jwt.MapClaims{"token_type": "refresh", "exp": future}), `200`, `401 Token is invalid`},
		{"without type", refresh("secret", jwt.MapClaims{"exp": future}), `200`, `401 Token has wrong type`},
		{"fine", refresh("secret", jwt.MapClaims{"token_type": "refresh", "exp": future}), `200`, `200`},
	}
	for _, tt := range tests {
		for _, key := range []string{"", "secret"} {
			h := newHost(t, "2026-07")
			h.key = key
			want := tt.open
			if key != "" && tt.strict != "" {
				want = tt.strict
			}
			c := newClient(t, h).with("Authorization", "")
			got, _, _ := strings.Cut(told(c, c.do("POST", "/api/token/refresh", tt.body)), " {\"access")
			if got != want {
				t.Errorf("%s, key %q: %s, want %s", tt.name, key, got, want)
			}
		}
	}
	// A token that says that it needs no signature.
	none, err := jwt.NewWithClaims(jwt.SigningMethodNone, jwt.MapClaims{"token_type": "refresh", "exp": future}).SignedString(jwt.UnsafeAllowNoneSignatureType)
	if err != nil {
		t.Fatal(err)
	}
	h := newHost(t, "1.22")
	h.key = "secret"
	c := newClient(t, h)
	if a := c.do("POST", "/api/token/refresh", `{"refresh":"`+none+`"}`); a.status != http.StatusUnauthorized {
		t.Errorf("unsigned: %d", a.status)
	}
}

// TestTokens checks the smaller endpoints about tokens and users.
func TestTokens(t *testing.T) {
	t.Parallel()
	h := newHost(t, "1.22")
	h.key = "secret"
	c := newClient(t, h).with("Authorization", "Token secret")
	if a := c.do("GET", "/api/token/", ""); a.body != "[]" {
		t.Errorf("tokens %s", a.body)
	}
	made := c.do("POST", "/api/token", `{}`)
	token, _ := c.json(made).Get("token")
	pat, _ := token.(string)
	if a := c.do("POST", "/api/token/refresh", `{"refresh":"`+pat+`"}`); made.status != 201 || a.status != 200 {
		t.Errorf("made %d, exchanged %d", made.status, a.status)
	}
	if a := c.do("GET", "/api/current-user/token", ""); a.body != `{"token":"secret"}` {
		t.Errorf("user's token %s", a.body)
	}
	keys := strings.Fields("id first_name last_name username email last_activity custom_hotkeys avatar initials phone active_organization " +
		"active_organization_meta allow_newsletters date_joined permissions")
	if diff := cmp.Diff(keys, c.json(c.do("GET", "/api/current-user/whoami", "")).Keys()); diff != "" {
		t.Errorf("whoami (-want +got):\n%s", diff)
	}
}
