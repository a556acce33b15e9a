package app

import (
	"context"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// clusterEvery is how old the client's map of a cluster may become. By itself the client asks for another one when a node tells that keys have
// moved, which one that died does not, and otherwise once a minute.
const clusterEvery = time.Second

// clusterClient is a client of a cluster.
type clusterClient struct {
	*redis.ClusterClient
	guard *guard // before its commands; nil: none
}

// openCluster returns a client of a cluster, of which o names some nodes. It is to be closed.
func openCluster(o redis.UniversalOptions, g *guard) *clusterClient {
	cluster := o.Cluster()
	cluster.ClusterStateReloadInterval = clusterEvery
	return &clusterClient{ClusterClient: redis.NewClusterClient(cluster), guard: g}
}

// Info asks the master that keeps our keys; the client itself would ask any node. The guard, which does not see what a single node is asked, is
// passed here.
func (c *clusterClient) Info(ctx context.Context, section ...string) *redis.StringCmd {
	answer := redis.NewStringCmd(ctx)
	ask := func(ctx context.Context) error {
		master, err := c.MasterForKey(ctx, keyPrefix)
		if err != nil {
			return err
		}
		answer = master.Info(ctx, section...)
		return answer.Err()
	}
	var err error
	if c.guard == nil {
		err = ask(ctx)
	} else {
		err = c.guard.do(ctx, false, ask)
	}
	if err != nil {
		answer.SetErr(err)
	}
	return answer
}

// beside reports whether a command is for keys that need not lie on the node that keeps ours, so that its answer tells nothing about that node.
// Asynq has a few of them for all its queues together.
func (g *guard) beside(cmd redis.Cmder) bool {
	if g.tag == "" || cmd.Name() == "xread" { // which is ours alone
		return false
	}
	at := 1
	if strings.HasPrefix(cmd.Name(), "eval") { // script or its sum, number of keys, keys
		at = 3
	}
	args := cmd.Args()
	if at >= len(args) {
		return true
	}
	key, _ := args[at].(string)
	return !strings.Contains(key, g.tag)
}
