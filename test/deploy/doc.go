// Package deploy holds the tests of docker-compose.yml and configs/Dockerfile: they are read and checked, not run.
//
// # Decisions
//
//  1. 2026-11-21. No container engine is needed: what breaks in these files is a flag that was renamed, a setting nobody knows, a Redis
//     that evicts or forgets, a process that runs as root. All of that can be read. The flags are asked of the program itself.
//  2. 2026-11-21. go.yaml.in/yaml/v3 reads the compose file, since the product reads its settings with it too; the few Dockerfile
//     instructions are split here, because a parser would bring the build engine's whole module.
package deploy
