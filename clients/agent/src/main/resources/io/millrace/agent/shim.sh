#!/bin/sh
# Runs the process of one part of a job, and sees to its end. Outlives the agent that started it.
#
#   shim.sh FOLDER TOKEN START_BEFORE TOOLS COMMAND...
#
# FOLDER is the part's own; the agent and this talk through files in it:
#   started   made by the first shim that comes; another one leaves at once, so nothing ever starts twice
#   shim      pid of this and when it started, as /proc/PID/stat has it
#   pid       pid of the process, which leads a session and a process group
#   output    both of its output streams
#   lease     uptime, in seconds, until which the agent lets it live; past it everything is killed
#   stop      uptime, in seconds, at which a stop ends: SIGTERM when it appears, SIGKILL then
#   late, expired, exit   what came of it: it was too late to start; the lease had passed; the exit code, last of all
#
# Everything is what the process started and what those started, wherever they went: found by process group, by session,
# and by MILLRACE_SHARE=TOKEN in the environment. START_BEFORE is in seconds since the epoch. TOOLS is the PATH of what
# this calls; the one in the environment is the job's.

folder=$1 token=$2 before=$3 path=$PATH PATH=$4
shift 4
setsid=$(command -v setsid) || exit 1

# Not for us: a Ctrl-C in the terminal of the agent. A handler, unlike '', is not inherited.
trap : INT HUP TERM

# Writes a file so that a reader sees all of it or none.
put() {
  printf '%s\n' "$2" > "$folder/$1.new" && mv "$folder/$1.new" "$folder/$1"
}

uptime_now() {
  IFS='. ' read -r now rest < /proc/uptime
}

# The number in a file; 0 while there is none.
number_in() {
  number=0
  [ -f "$folder/$1" ] && read -r number < "$folder/$1"
  number=${number:-0}
}

# Sends a signal to everything; false when nothing was left.
signal_all() {
  found=
  pid=
  [ -f "$folder/pid" ] && read -r pid < "$folder/pid"
  for stat in /proc/[0-9]*/stat; do
    { read -r line < "$stat"; } 2> /dev/null || continue
    # shellcheck disable=SC2086
    set -- ${line##*) }
    # State, parent, group, session. What is dead already is nobody's business.
    case $1 in Z | X) continue ;; esac
    if [ -n "$pid" ] && { [ "$3" = "$pid" ] || [ "$4" = "$pid" ]; }; then
      found="$found ${line%% *}"
    fi
  done
  for environment in $(grep -lsF "MILLRACE_SHARE=$token" /proc/[0-9]*/environ 2> /dev/null); do
    environment=${environment#/proc/}
    other=${environment%/environ}
    case " $found " in *" $other "*) continue ;; esac
    { read -r line < "/proc/$other/stat"; } 2> /dev/null || continue
    # shellcheck disable=SC2086
    set -- ${line##*) }
    case $1 in Z | X) continue ;; esac
    found="$found $other"
  done
  [ -n "$found" ] || return 1
  # shellcheck disable=SC2086
  kill -s "$signal" $found 2> /dev/null
  return 0
}

kill_all() {
  signal=KILL
  while signal_all; do
    sleep 0.05
  done
}

# Looks after the lease and the stop until the process is over.
watch() {
  stopping=
  while sleep 0.25; do
    [ -f "$folder/over" ] && return
    if [ ! -d "/proc/$1" ]; then
      # Whoever waits for the process was killed: nobody will know how it ends.
      kill_all
      return
    fi
    uptime_now
    number_in lease
    if [ "$now" -ge "$number" ]; then
      put expired "$now"
      kill_all
      return
    fi
    number_in stop
    if [ "$number" != 0 ]; then
      if [ -z "$stopping" ]; then
        stopping=yes
        signal=TERM
        signal_all
      fi
      if [ "$now" -ge "$number" ]; then
        kill_all
        return
      fi
    fi
  done
}

mkdir "$folder/started" 2> /dev/null || exit 0
read -r identity < /proc/$$/stat
put shim "$identity"
if [ "$(date +%s)" -gt "$before" ]; then
  put late "$before"
  exit 0
fi
watch $$ > /dev/null 2>&1 &
watcher=$!
# In the foreground, since a shell has its background processes ignore SIGINT; in a subshell, so that what the shell
# itself says of its end is not part of the output.
(
  exec >> "$folder/output" 2>&1 < /dev/null
  export MILLRACE_SHARE="$token"
  exec sh -c '
    printf "%s\n" "$$" > "$1/pid.new" && mv "$1/pid.new" "$1/pid"
    setsid=$2 PATH=$3
    shift 3
    exec "$setsid" "$@"' sh "$folder" "$setsid" "$path" "$@"
)
code=$?
: > "$folder/over"
kill_all
kill "$watcher" 2> /dev/null
put exit "$code"
