package api

import (
	"reflect"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/annohook/annohook/web/client"
)

// schemaPrefix is where the document keeps schemas.
const schemaPrefix = "#/components/schemas/"

// typeNull is the JSON Schema type of null.
const typeNull = "null"

// newRegistry knows the types whose JSON form reflection cannot see.
func newRegistry() huma.Registry {
	r := huma.NewMapRegistry(schemaPrefix, huma.DefaultSchemaNamer)
	r.RegisterTypeAlias(reflect.TypeFor[client.Headers](), reflect.TypeFor[map[string]string]())
	for _, t := range []reflect.Type{
		reflect.TypeFor[client.Problem](), reflect.TypeFor[client.Attempt](), reflect.TypeFor[client.AttemptSummary](),
		reflect.TypeFor[client.Event](), reflect.TypeFor[client.EventExample](), reflect.TypeFor[client.NewSubscription](),
		reflect.TypeFor[client.SubscriptionChange](), reflect.TypeFor[client.Platform](),
	} {
		allowNull(r, t)
	}
	return r
}

// allowNull lets the fields of t that hold pointers to objects be null in the document too; huma does that for scalars only.
func allowNull(r huma.Registry, t reflect.Type) {
	schema := r.SchemaFromRef(r.Schema(t, true, t.Name()).Ref)
	for field := range t.Fields() {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		property := schema.Properties[name]
		switch {
		case property == nil:
		case property.Ref == "":
			property.Nullable = property.Nullable || property.Type == huma.TypeObject
		case field.Type.Kind() == reflect.Pointer:
			property.AnyOf = []*huma.Schema{{Ref: property.Ref}, {Type: typeNull}}
			property.Ref = ""
		}
	}
}

// schemaOf is a reference to the schema of T.
func schemaOf[T any](a *API) *huma.Schema {
	return a.huma.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, "")
}

func (a *API) problemResponse() *huma.Response {
	return &huma.Response{
		Description: "Refused or failed",
		Content:     map[string]*huma.MediaType{client.ProblemType: {Schema: schemaOf[client.Problem](a)}},
	}
}

// jsonResponse documents another status of a route with the same kind of body.
func jsonResponse[T any](a *API, description string) *huma.Response {
	return &huma.Response{
		Description: description,
		Content:     map[string]*huma.MediaType{"application/json": {Schema: schemaOf[T](a)}},
	}
}
