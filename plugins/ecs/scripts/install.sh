#!/bin/sh
# host-script: install
#
# Puts the agent that `fetch` downloaded into its place, and lets one service start with it. A second
# time it changes nothing. If anything fails, or the script is stopped, the old state is back.
#
# The license key stays in this shell and in a file that only root reads: it is never an argument of a
# program, never exported and never written to the output.
set -eu
export LC_ALL=C
umask 022

agent='{{agent}}'             # java, python or go
license_key='{{license_key}}' # of the monitoring account, in this region
account='{{account}}'         # the monitoring account
region='{{region}}'           # where the service reports to
version='{{version}}'         # of the agent
dir='{{dir}}'                 # where agents are installed
sha256='{{sha256}}'           # of the package; any, if there is none
service='{{service}}'         # one service, or none
app_name='{{app_name}}'       # what the service is called in ARMS
restart='{{restart}}'         # yes or no

units='/etc/systemd/system'
state='/etc/host-agents'
proc='/proc'
systemd='/run/systemd/system'
lock='/run/host-agents.lock'
PATH="${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/sbin:/sbin"

made='# Made by host: its workflow ecs takes it away again.'

say() { printf '%s\n' "$*"; }
fail() { code=$1; shift; printf '%s\n' "$*" >&2; exit "$code"; }

# $2, the parameter $1, has only characters of the set $3: others could become a part of this script.
# The value is not written: it may be the key.
plain() { case $2 in '' | *[!$3]*) fail 13 "the parameter $1 is wrong" ;; esac; }

have() { command -v "$1" >/dev/null 2>&1; }
property() { systemctl show -p "$2" "$1.service" 2>/dev/null | sed -n "s/^$2=//p"; }

# The value of $2 in the file $1 of lines name=value.
value() { [ ! -f "$1" ] || sed -n "s/^$2=//p" "$1" | head -n 1; }

plain license_key "$license_key" 'A-Za-z0-9@._-'
plain account "$account" '0-9'
plain region "$region" 'a-z0-9-'
plain version "$version" 'A-Za-z0-9._-'
plain dir "$dir" 'A-Za-z0-9._/-'
plain sha256 "$sha256" 'a-z0-9'
plain service "$service" 'A-Za-z0-9@._:-'
plain app_name "$app_name" 'A-Za-z0-9._-'
case $restart in yes | no) ;; *) fail 13 'the parameter restart is wrong' ;; esac
case $dir in */../* | */..) fail 13 'the parameter dir is wrong' ;; /?*) ;; *) fail 13 'the parameter dir is no absolute path' ;; esac
case $service in -*) fail 13 'the parameter service is wrong' ;; esac
service=${service%.service}

case $agent in
java) folder=AliyunJavaAgent; program=aliyun-java-agent.jar ;;
go) folder=instgo; program=instgo ;;
python) folder=''; program='' ;;
*) fail 13 'the parameter agent is wrong' ;;
esac
home="$dir/$folder"
stage="$dir/.host-agents"
package="$stage/$agent-$version"
env="$state/$service.env"
record="$state/$service.record"
before="$state/$service.before"
drop_in="$units/$service.service.d/50-host-agents.conf"

# What there is to take back, while this script runs.
swapped=no
configuring=no
restarted=no

undo() {
  if [ "$configuring" = yes ]; then
    for file in "$env" "$record" "$drop_in"; do
      if [ -f "$before/${file##*/}" ]; then mv -f "$before/${file##*/}" "$file"; else rm -f "$file"; fi
    done
    [ -f "$drop_in" ] || [ "$made_folder" = no ] || rmdir "${drop_in%/*}" 2>/dev/null || :
    systemctl daemon-reload || :
    [ "$restarted" = no ] || systemctl restart "$service.service" || :
  fi
  if [ "$swapped" = yes ]; then
    rm -rf "$home"
    [ ! -d "$stage/old" ] || mv "$stage/old" "$home"
  fi
}

finish() {
  code=$?
  trap - EXIT
  trap '' HUP INT TERM
  [ "$code" -eq 0 ] || undo
  rm -rf "$stage/new" "$before" "$env.new" "$record.new" "$drop_in.new"
  rmdir "$state" 2>/dev/null || :
  exit "$code"
}

# An earlier run that was killed may have left one of two: both moves are whole or have not begun.
repair() {
  if [ -n "$folder" ] && [ -d "$stage/old" ]; then
    if [ -d "$home" ]; then rm -rf "$stage/old"; else mv "$stage/old" "$home"; fi
  fi
  rm -rf "$stage/new" "$before"
}

if have flock; then
  exec 9>"$lock"
  flock -w 60 9 || fail 18 'another run is at work on this machine'
fi
trap finish EXIT
trap 'exit 143' HUP INT TERM
repair

# The agent's files.

unpack() {
  mkdir -p "$stage/new"
  case $agent in
  java)
    have unzip || fail 14 'unzip is not installed, and the agent is a zip file'
    unzip -q "$package" -d "$stage/new"
    ;;
  go) mkdir "$stage/new/$folder"; cp "$package" "$stage/new/$folder/$program"; chmod 755 "$stage/new/$folder/$program" ;;
  esac
  [ -s "$stage/new/$folder/$program" ] || fail 17 "there is no $program in the package"
  # Services of any user load it, and nobody but root may change it.
  chmod -R a+rX,go-w "$stage/new/$folder"
}

place() {
  if [ -e "$home" ] && [ ! -f "$home/.host-agent" ]; then
    fail 15 "$home is there, and is not of this workflow: give another install-directory"
  fi
  if [ -s "$home/$program" ] && [ "$(value "$home/.host-agent" version)" = "$version" ] &&
    { [ "$sha256" = any ] || [ "$(value "$home/.host-agent" sha256)" = "$sha256" ]; }; then
    say agent-present
    return
  fi
  [ -s "$package" ] || fail 11 'the agent has not been downloaded: fetch comes first'
  found=$(sha256sum "$package" | cut -c 1-64)
  [ "$found" = "$sha256" ] || fail 17 "the package has the SHA-256 $found, and others have another"
  unpack
  missing=$(value "$home/.host-agent" made)
  [ ! -f "$stage/made" ] || read -r missing <"$stage/made"
  {
    say "$made"
    say "agent=$agent"
    say "version=$version"
    say "sha256=$sha256"
    [ -z "$missing" ] || say "made=$missing"
  } >"$stage/new/$folder/.host-agent"
  # From here on the old agent is in `old`, or the new one has its place.
  swapped=yes
  [ ! -d "$home" ] || mv "$home" "$stage/old"
  mv "$stage/new/$folder" "$home"
  say agent-installed
}

place_python() {
  have python3 || fail 10 'there is no python3'
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' || fail 10 'python3 is older than 3.8'
  found=$(python3 -m pip show aliyun-bootstrap 2>/dev/null | sed -n 's/^Version: //p')
  if [ -n "$found" ] && { [ "$version" = latest ] || [ "$found" = "$version" ]; }; then
    say agent-present
  else
    wish=aliyun-bootstrap
    [ "$version" = latest ] || wish="$wish==$version"
    python3 -m pip install --quiet --disable-pip-version-check --no-input "$wish" >&2 ||
      fail 11 'pip cannot install aliyun-bootstrap for the python3 of the system'
    ARMS_REGION_ID=$region aliyun-bootstrap -a install >&2 || fail 11 'aliyun-bootstrap cannot install the agent'
    found=$(python3 -m pip show aliyun-bootstrap 2>/dev/null | sed -n 's/^Version: //p')
    # Only what this workflow installed is removed by it.
    mkdir -p -m 700 "$state"
    { say "$made"; say "version=$found"; } >"$state/.python"
    say agent-installed
  fi
}

# The service.

environment() {
  say "$made"
  case $agent in
  java)
    options="-javaagent:$home/$program -Darms.licenseKey=$license_key"
    say "JAVA_TOOL_OPTIONS=\"$options -Darms.appName=$app_name -Daliyun.javaagent.regionId=$region\""
    ;;
  python | go)
    [ "$agent" = python ] || say 'ARMS_ENABLE="true"'
    say "ARMS_APP_NAME=\"$app_name\""
    say "ARMS_REGION_ID=\"$region\""
    say "ARMS_LICENSE_KEY=\"$license_key\""
    ;;
  esac
}

drop_in() {
  say "$made"
  say '[Service]'
  say "EnvironmentFile=-$env"
}

describe() {
  say "$made"
  for line in "service=$service" "agent=$agent" "app=$app_name" "account=$account" "region=$region" "dir=$dir" "made=$made_folder"; do
    say "$line"
  done
}

# Whether the file $1 holds just what the function $2 says. Compared in this shell.
holds() { [ -f "$1" ] && [ "$(cat "$1")" = "$("$2")" ]; }

write() {
  (umask "$3" && "$2" >"$1.new")
  mv -f "$1.new" "$1"
}

configure() {
  [ -d "$systemd" ] || fail 12 'there is no systemd on this machine'
  [ "$(property "$service" LoadState)" = loaded ] || fail 12 "there is no service $service"
  if [ -e "$drop_in" ] && [ "$(head -n 1 "$drop_in")" != "$made" ]; then
    fail 15 "$drop_in is there, and is not of this workflow"
  fi
  made_folder=$(value "$record" made)
  if [ -z "$made_folder" ]; then
    made_folder=yes
    [ ! -d "${drop_in%/*}" ] || made_folder=no
  fi
  if holds "$env" environment && holds "$drop_in" drop_in && holds "$record" describe; then
    chmod 600 "$env"
    say service-unchanged
    return
  fi
  mkdir -p -m 700 "$state"
  mkdir -m 700 "$before"
  for file in "$env" "$record" "$drop_in"; do
    [ ! -f "$file" ] || cp -p "$file" "$before/"
  done
  configuring=yes
  mkdir -p "${drop_in%/*}"
  write "$record" describe 077
  write "$env" environment 077
  write "$drop_in" drop_in 022
  systemctl daemon-reload
  say service-configured
}

# Whether a process of the service has all that the file says. Both go through a pipe.
is_live() {
  for process in "$proc"/[0-9]*; do
    while read -r group; do
      case $group in */"$service.service" | */"$service.service"/*) ;; *) continue ;; esac
      if has_all "$process/environ"; then return 0; fi
    done 2>/dev/null <"$process/cgroup" || :
  done
  return 1
}

has_all() {
  { sed 's/"//g' "$env"; say; tr '\0' '\n' <"$1"; } 2>/dev/null |
    awk 'rest { if ($0 in wanted) { delete wanted[$0]; left-- } next }
         $0 == "" { rest = 1; next }
         /^#/ { next }
         { if (!($0 in wanted)) left++; wanted[$0]; any = 1 }
         END { exit !(any && left == 0) }'
}

# A service that is stopped stays stopped: it will start with the agent.
restart() {
  systemctl is-active --quiet "$service.service" || return 0
  if is_live; then return 0; fi
  restarted=yes
  systemctl restart "$service.service" || fail 19 "service $service does not start with the agent"
  sleep 5
  systemctl is-active --quiet "$service.service" || fail 19 "service $service does not stay up with the agent"
  say service-restarted
}

# For python the start command has to name the agent's launcher, for go the build had to: both are for people.
start() {
  case $agent in
  python) case $(property "$service" ExecStart) in *aliyun-instrument*) return ;; esac ;;
  java) return ;;
  esac
  say start-unchanged
}

made_folder=no
if [ "$agent" = python ]; then place_python; else place; fi
if [ "$service" != none ]; then
  configure
  [ "$restart" = no ] || restart
  start
fi
rm -rf "$stage"
