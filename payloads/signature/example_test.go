package signature_test

import (
	"fmt"
	"time"

	"github.com/annohook/annohook/payloads/signature"
)

// The vector that the specification's libraries publish.
func ExampleStandardWebhooks_Sign() {
	w, err := signature.NewStandardWebhooks("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		fmt.Println(err)
		return
	}
	value, err := w.Sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	fmt.Println(value, err)
	// Output: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= <nil>
}

// Datasaur's documented sample: the signature covers the body and nothing else.
func ExampleHMACSHA256Hex() {
	fmt.Println(signature.HMACSHA256Hex([]byte("secret"), []byte(`{"body":"sample"}`)))
	// Output: 0278b1a603de4c561ac0feb960354d0d00e8846b74813d81bddb43ad45bff767
}
