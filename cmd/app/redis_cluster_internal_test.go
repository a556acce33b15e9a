package app

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// TestSilentNodeHoldsNobodyUp: a node that takes the question for the map and says nothing is left for the next one, however long commands may take.
func TestSilentNodeHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	silent, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	client := openCluster(redis.UniversalOptions{
		Addrs: []string{silent.Addr().String()}, IsClusterMode: true, ReadTimeout: time.Hour, MaxRetries: -1, ContextTimeoutEnabled: true, DisableIdentity: true,
	}, nil)
	defer client.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	began := time.Now()
	err = client.ForEachMaster(ctx, func(context.Context, *redis.Client) error { return errors.New("there is no master") })
	if err == nil || ctx.Err() != nil {
		t.Errorf("after %v: %v, want that the one question was given up", time.Since(began), err)
	}
}
