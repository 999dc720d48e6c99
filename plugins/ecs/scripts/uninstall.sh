#!/bin/sh
# host-script: uninstall
#
# Takes back what `install` did, and only that: it goes by the records that `install` left. What is not
# recorded is not touched. A second time it changes nothing.
set -eu
export LC_ALL=C
umask 022

agent='{{agent}}'       # java, python or go
dir='{{dir}}'           # where agents are installed
services='{{services}}' # names with commas, or all
restart='{{restart}}'   # yes or no

units='/etc/systemd/system'
state='/etc/host-agents'
proc='/proc'
lock='/run/host-agents.lock'
PATH="${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/sbin:/sbin"

made='# Made by host: its workflow ecs takes it away again.'

say() { printf '%s\n' "$*"; }
fail() { code=$1; shift; printf '%s\n' "$*" >&2; exit "$code"; }

# $2, the parameter $1, has only characters of the set $3: others could become a part of this script.
plain() { case $2 in '' | *[!$3]*) fail 13 "the parameter $1 is wrong" ;; esac; }

have() { command -v "$1" >/dev/null 2>&1; }
is_ours() { [ -f "$1" ] && [ "$(head -n 1 "$1")" = "$made" ]; }

# The value of $2 in the file $1 of lines name=value.
value() { [ ! -f "$1" ] || sed -n "s/^$2=//p" "$1" | head -n 1; }

plain dir "$dir" 'A-Za-z0-9._/-'
plain services "$services" 'A-Za-z0-9@._:,-'
case $restart in yes | no) ;; *) fail 13 'the parameter restart is wrong' ;; esac
case $dir in */../* | */..) fail 13 'the parameter dir is wrong' ;; /?*) ;; *) fail 13 'the parameter dir is no absolute path' ;; esac
case $agent in
java) home="$dir/AliyunJavaAgent" ;;
go) home="$dir/instgo" ;;
python) home="$state/.python" ;;
*) fail 13 'the parameter agent is wrong' ;;
esac

if have flock; then
  exec 9>"$lock"
  flock -w 60 9 || fail 18 'another run is at work on this machine'
fi

# The services that were set up for this agent in this folder, by their records.
recorded() {
  for record in "$state"/*.record; do
    if is_ours "$record" && [ "$(value "$record" agent)" = "$agent" ] && [ "$(value "$record" dir)" = "$dir" ]; then
      value "$record" service
    fi
  done
}

is_wanted() {
  [ "$services" != all ] || return 0
  case ",$services," in *",$1,"* | *",$1.service,"*) return 0 ;; esac
  return 1
}

# The record goes last: a run that is stopped here is taken up by the next.
restore() {
  drop_in="$units/$1.service.d/50-host-agents.conf"
  ! is_ours "$drop_in" || rm -f "$drop_in"
  [ "$(value "$state/$1.record" made)" != yes ] || rmdir "${drop_in%/*}" 2>/dev/null || :
  rm -f "$state/$1.env"
  systemctl daemon-reload
  rm -f "$state/$1.record"
  say service-restored
  if [ "$restart" = yes ] && systemctl is-active --quiet "$1.service"; then
    systemctl restart "$1.service" || fail 19 "service $1 does not start without the agent"
    say service-restarted
  fi
}

for name in $(recorded); do
  if is_wanted "$name"; then restore "$name"; fi
done

# Files that a process has loaded are needed until it ends.
is_in_use() {
  [ -z "$(recorded)" ] || return 0
  [ "$agent" = java ] || return 1
  for process in "$proc"/[0-9]*; do
    if cat "$process/cmdline" "$process/environ" 2>/dev/null | grep -q -F -e "-javaagent:$home/"; then return 0; fi
  done
  return 1
}

# Folders that were made for the agent, from the innermost to the one that was first missing.
remove_folders() {
  [ -n "$1" ] || return 0
  case $dir/ in "$1"/*) ;; *) return 0 ;; esac
  place=$dir
  while rmdir "$place" 2>/dev/null && [ "$place" != "$1" ]; do place=${place%/*}; done
}

remove() {
  case $agent in
  python)
    python3 -m pip uninstall --quiet --yes aliyun-bootstrap >&2 || fail 11 'pip cannot remove aliyun-bootstrap'
    rm -f "$home"
    ;;
  *)
    missing=$(value "$home/.host-agent" made)
    # The record goes last here, too.
    find "$home" -mindepth 1 ! -path "$home/.host-agent" -delete
    rm -rf "$home"
    remove_folders "$missing"
    ;;
  esac
}

case $agent in python) mark=$home ;; *) mark="$home/.host-agent" ;; esac
[ ! -d "$dir/.host-agents" ] || {
  missing=$(head -n 1 "$dir/.host-agents/made" 2>/dev/null || :)
  rm -rf "$dir/.host-agents"
  remove_folders "$missing"
}
if ! is_ours "$mark"; then
  say agent-absent
elif is_in_use; then
  say agent-in-use
  # For the host, which lists such lines when it undoes a run. Services that are set up are no news there.
  [ -n "$(recorded)" ] || say "stays: the agent in $home, which a process has loaded: restart it, and undo again"
else
  remove
  say agent-removed
fi
rmdir "$state" 2>/dev/null || :
