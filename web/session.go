package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"

	"github.com/annohook/annohook/web/api"
	"github.com/annohook/annohook/web/dashboard"
)

// Names of the login.
const (
	sessionCookie = "annohook_session"
	tokenField    = "token" // of the form
	nextField     = "next"  // of the form: where to go afterwards
)

// session checks the token.
type session struct {
	server *Server
	token  [sha256.Size]byte // hashed, so that comparing takes the same time for every length
	cookie string
	open   bool     // no token is set
	logins *guesses // at the form
	keys   *guesses // in Authorization
}

func newSession(s *Server) *session {
	mac := hmac.New(sha256.New, []byte(s.options.Token))
	_, _ = mac.Write([]byte("annohook session 1")) // a hash never fails
	return &session{
		server: s, token: sha256.Sum256([]byte(s.options.Token)), cookie: hex.EncodeToString(mac.Sum(nil)), open: s.options.Token == "",
		logins: newGuesses(s.options.Now, loginEvery, loginBurst), keys: newGuesses(s.options.Now, keyEvery, keyBurst),
	}
}

// guard lets requests pass that carry the token or need none. A session passes whatever its neighbours guess.
func (s *session) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		token, given := bearer(r)
		switch {
		case r.URL.Path == dashboard.LoginPath && r.Method == http.MethodPost:
			s.login(w, r)
		case s.open || public(r) || s.cookied(r):
			next.ServeHTTP(w, r)
		case given && !s.keys.allows(r):
			s.server.tooManyGuesses(w, r)
		case given && s.isToken(token):
			next.ServeHTTP(w, r)
		default:
			if given {
				s.keys.failed(r)
			}
			s.turnAway(w, r)
		}
	})
}

// turnAway tells programs what is missing and sends people to the login.
func (s *session) turnAway(w http.ResponseWriter, r *http.Request) {
	if isAPI(r) || !safe(r) {
		w.Header().Set("WWW-Authenticate", `Bearer realm="annohook"`)
		s.server.problem(w, r, http.StatusUnauthorized, "a token is required: Authorization: Bearer … (the server's --token)")
		return
	}
	http.Redirect(w, r, dashboard.LoginPath+"?"+url.Values{nextField: {r.URL.RequestURI()}}.Encode(), http.StatusSeeOther)
}

func safe(r *http.Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }

// public reports what is open without a token: probes, the login page and what it looks like.
func public(r *http.Request) bool {
	path := r.URL.Path
	return safe(r) && (path == "/livez" || path == "/readyz" || path == dashboard.LoginPath || strings.HasPrefix(path, dashboard.AssetPrefix))
}

func isAPI(r *http.Request) bool {
	path := r.URL.Path
	return strings.HasPrefix(path, "/api/") && path != api.ReferencePath || path == "/metrics" || path == "/version"
}

// bearer is the token that a request shows.
func bearer(r *http.Request) (token string, given bool) {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

func (s *session) isToken(given string) bool {
	hashed := sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(hashed[:], s.token[:]) == 1
}

// cookied reports a session, which opens pages and the API's safe methods.
func (s *session) cookied(r *http.Request) bool {
	if isAPI(r) && !safe(r) {
		return false
	}
	cookie, err := r.Cookie(sessionCookie)
	return err == nil && subtle.ConstantTimeCompare([]byte(cookie.Value), []byte(s.cookie)) == 1
}

// login answers the form of the login page. The cookie is not marked Secure on plain HTTP, where it would never come back.
func (s *session) login(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxHeaderBytes)
	next := localPath(r.PostFormValue(nextField))
	if s.open {
		http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // localPath lets no other host through
		return
	}
	if !s.logins.allows(r) {
		s.server.tooManyGuesses(w, r)
		return
	}
	if !s.isToken(r.PostFormValue(tokenField)) {
		s.logins.failed(r)
		http.Redirect(w, r, dashboard.LoginPath+"?"+url.Values{"failed": {"1"}, nextField: {next}}.Encode(), http.StatusSeeOther)
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // Secure goes with the connection, see above
		Name: sessionCookie, Value: s.cookie, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode, Secure: r.TLS != nil,
	})
	http.Redirect(w, r, next, http.StatusSeeOther) //nolint:gosec // localPath lets no other host through
}

// localPath is a path on this server, whatever was given: no other host can be reached by it.
func localPath(given string) string {
	u, err := url.Parse(given)
	if err != nil || u.IsAbs() || u.Host != "" || !strings.HasPrefix(given, "/") || strings.HasPrefix(given, "//") || strings.Contains(given, `\`) {
		return "/"
	}
	return u.RequestURI()
}
