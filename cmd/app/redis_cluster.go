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

// mapWithin bounds how long one node may take to tell the map. The client asks one after the other, in random order, until one answers; a silent one
// among them would hold it up for as long as a command may take.
const mapWithin = 500 * time.Millisecond

// clusterClient is a client of a cluster.
type clusterClient struct {
	*redis.ClusterClient
	guard *guard // before its commands; nil: none
}

// openCluster returns a client of a cluster, of which o names some nodes. It is to be closed.
func openCluster(o redis.UniversalOptions, g *guard) *clusterClient {
	cluster := o.Cluster()
	cluster.ClusterStateReloadInterval = clusterEvery
	client := redis.NewClusterClient(cluster)
	client.OnNewNode(func(node *redis.Client) { node.AddHook(mapQuestions{}) })
	return &clusterClient{ClusterClient: client, guard: g}
}

// mapQuestions is a hook of the client of one node.
type mapQuestions struct{}

var _ redis.Hook = mapQuestions{}

// DialHook changes nothing.
func (mapQuestions) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook bounds a question for the map.
func (mapQuestions) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if cmd.Name() != "cluster" {
			return next(ctx, cmd)
		}
		within, cancel := context.WithTimeout(ctx, mapWithin)
		defer cancel()
		return next(within, cmd)
	}
}

// ProcessPipelineHook changes nothing.
func (mapQuestions) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
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
