package dashboard

// What the tests of text and of forms reach directly.
var (
	Visible = visible
	NewBody = newBody
	Hidden  = hidden
)

// BodyView is bodyView for tests.
type BodyView = bodyView
