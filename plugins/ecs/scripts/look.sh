#!/bin/sh
# host-script: look
#
# Looks at a machine before and after an agent is installed, and changes nothing. Writes one fact in
# each line. Values of other people's options and keys are compared here and never written.
set -eu
export LC_ALL=C

agent='{{agent}}'       # java, python or go
region='{{region}}'     # where the agent reports to
network='{{network}}'   # internal-first, internal or public
dir='{{dir}}'           # where agents are installed
services='{{services}}' # names with commas, or none

state='/etc/host-agents'
proc='/proc'
systemd='/run/systemd/system'
PATH="${PATH:-/usr/bin:/bin}:/usr/local/bin:/usr/sbin:/sbin"

# How many services are described, so that the output is never cut.
services_max=100

say() { printf '%s\n' "$*"; }
fail() { code=$1; shift; printf '%s\n' "$*" >&2; exit "$code"; }

# $2, the parameter $1, has only characters of the set $3: others could become a part of this script.
plain() { case $2 in '' | *[!$3]*) fail 13 "the parameter $1 is wrong" ;; esac; }

have() { command -v "$1" >/dev/null 2>&1; }
answer() { if "$@"; then say yes; else say no; fi; }

plain region "$region" 'a-z0-9-'
plain dir "$dir" 'A-Za-z0-9._/-'
plain services "$services" 'A-Za-z0-9@._:,-'
case $agent in java | python | go) ;; *) fail 13 'the parameter agent is wrong' ;; esac
case $network in internal-first | internal | public) ;; *) fail 13 'the parameter network is wrong' ;; esac
case $dir in /*) ;; *) fail 13 'the parameter dir is no absolute path' ;; esac

# Any answer shows that the bucket can be reached, a refusal too.
reaches() {
  if have curl; then
    curl -q -sS -I -o /dev/null --proto '=https' --connect-timeout 5 --max-time 10 "https://$1/" 2>/dev/null
  elif have wget; then
    wget -q --spider --max-redirect=0 --timeout=10 --tries=1 -O /dev/null "https://$1/" 2>/dev/null || [ "$?" -eq 8 ]
  else
    return 1
  fi
}

reachable() {
  bucket="arms-apm-$region.oss-$region"
  if [ "$network" != public ] && reaches "$bucket-internal.aliyuncs.com"; then
    say internal
  elif [ "$network" != internal ] && reaches "$bucket.aliyuncs.com"; then
    say public
  else
    say none
  fi
}

# The value of $2 in the file $1 of lines name=value.
value() { [ ! -f "$1" ] || sed -n "s/^$2=//p" "$1" | head -n 1; }

memory() { while read -r name size _; do [ "$name" != "$1:" ] || say "$((size / 1024))"; done <"$proc/meminfo"; }

# Free space where the folder will be, in MiB.
disk() {
  place=$dir
  while [ ! -d "$place" ]; do place=${place%/*}; place=${place:-/}; done
  df -Pk "$place" | { read -r _; read -r _ _ _ free _; say "$((free / 1024))"; }
}

# A folder without our record is somebody else's.
present() {
  case $agent in
  java) place="$dir/AliyunJavaAgent"; file="$place/aliyun-java-agent.jar"; record="$place/.host-agent" ;;
  go) place="$dir/instgo"; file="$place/instgo"; record="$place/.host-agent" ;;
  python) place="$state/.python"; file=$place; record=$place ;;
  esac
  if [ ! -e "$place" ]; then
    say none
  elif [ ! -f "$record" ]; then
    say foreign
  elif [ -s "$file" ]; then
    say "$(value "$record" version)"
  else
    say none
  fi
}

# The language of a process, by the program that it runs.
runtime_of() {
  program=$(readlink "$proc/$1/exe" 2>/dev/null) || return 0
  program=${program% (deleted)}
  case ${program##*/} in
  java) say java ;;
  python | python[0-9] | python[0-9].*) say python ;;
  *) say other ;;
  esac
}

# The system's service that a process belongs to. A user's own services cannot be set up from here.
unit_of() {
  grep -v '/user\.slice/' "$proc/$1/cgroup" 2>/dev/null |
    sed -n 's#.*/\([^/]*\)\.service\(/.*\)\{0,1\}$#\1#p' | head -n 1
}

# One line for each process of the language: its number, and its service or a dash. For go every
# process of a service counts: what a program was written in does not show.
processes() {
  for folder in "$proc"/[0-9]*; do
    pid=${folder##*/}
    runtime=$(runtime_of "$pid")
    [ -n "$runtime" ] || continue
    [ "$runtime" = "$agent" ] || [ "$agent" = go ] || continue
    unit=$(unit_of "$pid")
    say "$pid ${unit:--} $runtime"
  done
}

pids_of() { say "$table" | while read -r pid unit _; do [ "$unit" != "$1" ] || say "$pid"; done; }

property() { systemctl show -p "$2" "$1.service" 2>/dev/null | sed -n "s/^$2=//p"; }

# Whether a process was started with an agent that is not ours.
has_other_agent() {
  cat "$proc/$1/cmdline" "$proc/$1/environ" 2>/dev/null | tr '\0 "' '\n\n\n' |
    grep -e '-javaagent:' | sed 's/.*-javaagent:/-javaagent:/' | grep -v -q -F -e "-javaagent:$2"
}

# Whether somebody else sets JAVA_TOOL_OPTIONS for a process.
has_other_options() {
  tr '\0' '\n' <"$proc/$1/environ" 2>/dev/null | grep '^JAVA_TOOL_OPTIONS=.' |
    grep -v -q -F -e "JAVA_TOOL_OPTIONS=-javaagent:$2"
}

# The same for what a service will be started with.
unit_has_other_options() {
  case $(property "$1" Environment) in *JAVA_TOOL_OPTIONS=*) return 0 ;; esac
  property "$1" EnvironmentFiles | sed 's/ (ignore_errors=.*)$//' | while read -r file; do
    if [ "$file" != "$state/$1.env" ] && grep -q '^[[:space:]]*\(export[[:space:]]*\)\{0,1\}JAVA_TOOL_OPTIONS=' "$file" 2>/dev/null; then
      say found
    fi
  done | grep -q found
}

unit_has_other_agent() {
  property "$1" ExecStart | tr ' "' '\n\n' | grep -e '^-javaagent:' | grep -v -q -F -e "-javaagent:$2"
}

# Whether a process has all that the file says. Both go through a pipe: no key becomes an argument.
is_live() {
  { sed 's/"//g' "$state/$2.env"; say; tr '\0' '\n' <"$proc/$1/environ"; } 2>/dev/null |
    awk 'rest { if ($0 in wanted) { delete wanted[$0]; left-- } next }
         $0 == "" { rest = 1; next }
         /^#/ { next }
         { if (!($0 in wanted)) left++; wanted[$0]; any = 1 }
         END { exit !(any && left == 0) }'
}

describe() {
  name=$1
  case $(property "$name" LoadState) in
  loaded) ;;
  *) say "service=$name state=missing runtime=other javaagent=no tool-options=no app=none account=none region=none live=no"; return ;;
  esac
  record="$state/$name.record"
  app=$(value "$record" app); account=$(value "$record" account); place=$(value "$record" region)
  jar="$(value "$record" dir)/AliyunJavaAgent/aliyun-java-agent.jar"
  running=stopped; runtime=other; other_agent=no; other_options=no; live=no
  ! unit_has_other_agent "$name" "$jar" || other_agent=yes
  ! unit_has_other_options "$name" || other_options=yes
  for pid in $(pids_of "$name"); do
    running=running
    [ "$agent" = go ] || runtime=$agent
    ! has_other_agent "$pid" "$jar" || other_agent=yes
    ! has_other_options "$pid" "$jar" || other_options=yes
    if [ -n "$app" ] && is_live "$pid" "$name"; then live=yes; fi
  done
  case $(property "$name" ActiveState) in active | reloading) running=running ;; esac
  say "service=$name state=$running runtime=$runtime javaagent=$other_agent tool-options=$other_options app=${app:-none} account=${account:-none} region=${place:-none} live=$live"
}

# All services that are named, that run the language, or that were set up before; each once.
names() {
  {
    [ "$services" = none ] || say "$services" | tr ',' '\n'
    [ "$agent" = go ] || say "$table" | while read -r _ unit _; do say "$unit"; done
    for record in "$state"/*.record; do
      [ "$(value "$record" agent)" != "$agent" ] || value "$record" service
    done
  } | sed 's/\.service$//' | grep '^[A-Za-z0-9@._:][A-Za-z0-9@._:-]*$' | sort -u | head -n "$services_max"
}

say "arch=$(uname -m)"
say "memory-mb=$(memory MemTotal)"
say "memory-available-mb=$(memory MemAvailable)"
say "disk-free-mb=$(disk)"
say "network=$(reachable)"
say "systemd=$(answer test -d "$systemd")"
say "java=$(answer have java)"
say "python=$(answer have python3)"
say "unzip=$(answer have unzip)"
say "agent=$(present)"
table=$(processes)
[ "$agent" = go ] || say "loose=$(say "$table" | grep -c '^[0-9]* - ' || :)"
for unit in $(names); do describe "$unit"; done
