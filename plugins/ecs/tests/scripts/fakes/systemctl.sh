# Knows the units of `units/`, one file for each property. A restart starts a process anew, with what
# the unit's drop-in names.
case $1 in
show)
  unit="$ROOT/units/$4"
  if [ "$3" = EnvironmentFiles ]; then
    for drop_in in "$ROOT/etc/systemd/system/$4.d"/*.conf; do
      [ -e "$drop_in" ] || continue
      /bin/sed -n 's/^EnvironmentFile=-\(.*\)$/EnvironmentFiles=\1 (ignore_errors=yes)/p' "$drop_in"
    done
  fi
  if [ -e "$unit/$3" ]; then
    printf '%s=%s\n' "$3" "$(/bin/cat "$unit/$3")"
  elif [ "$3" = LoadState ]; then
    echo LoadState=not-found
  fi
  ;;
is-active)
  [ "$(/bin/cat "$ROOT/units/$3/ActiveState")" = active ]
  ;;
restart)
  unit="$ROOT/units/$2"
  drop_in="$ROOT/etc/systemd/system/$2.d/50-host-agents.conf"
  echo active >"$unit/ActiveState"
  pid=$(/bin/cat "$unit/MainPID")
  printf 'PATH=/usr/bin\0' >"$ROOT/proc/$pid/environ"
  [ -e "$drop_in" ] || exit 0
  file=$(/bin/sed -n 's/^EnvironmentFile=-//p' "$drop_in")
  if [ -e "$unit/breaks" ] && /bin/grep -q -F -f "$unit/breaks" "$file"; then
    echo failed >"$unit/ActiveState"
    exit 0
  fi
  /bin/sed -n 's/^\([A-Z_]*\)="\(.*\)"$/\1=\2/p' "$file" | /usr/bin/tr '\n' '\0' >>"$ROOT/proc/$pid/environ"
  ;;
esac
