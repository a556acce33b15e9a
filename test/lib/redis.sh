# A redis-server of this run's own, sourced by test/run: loopback only, nothing written to disk, ended by its process id.

redis_pid=
redis_url=

# redis_start BINARY starts it on a free port and sets redis_url.
redis_start() {
  local port try
  for try in 1 2 3 4 5 6 7 8; do
    port=$((20000 + (RANDOM * 32768 + RANDOM) % 40000))
    "$1" --bind 127.0.0.1 --port "$port" --save '' --appendonly no --maxmemory-policy noeviction --dir "$work" \
      >"$work/redis.log" 2>&1 &
    redis_pid=$!
    if redis_answers "$port"; then
      redis_url=redis://127.0.0.1:$port/0
      return 0
    fi
    redis_stop
  done
  tail -n 3 "$work/redis.log" >&2
  return 1
}

# redis_answers PORT waits up to 5 s until the server we started answers there; another program on that port does not count.
redis_answers() {
  local try
  for try in $(seq 50); do
    kill -0 "$redis_pid" 2>/dev/null || return 1
    redis_info "$1" | grep -q "^process_id:$redis_pid" && return 0
    sleep 0.1
  done
  return 1
}

# redis_info PORT prints the server's description of itself.
redis_info() {
  (
    exec 3<>"/dev/tcp/127.0.0.1/$1" || exit 1
    printf 'INFO server\r\nQUIT\r\n' >&3
    while IFS= read -r -t 2 line <&3; do printf '%s\n' "${line%$'\r'}"; done
  ) 2>/dev/null
}

redis_stop() {
  [ -n "$redis_pid" ] || return 0
  kill "$redis_pid" 2>/dev/null
  wait "$redis_pid" 2>/dev/null
  redis_pid=
}
