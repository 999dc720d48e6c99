#!/bin/sh
# host-script: install
# Takes the license key, and would show it to whoever reads on.
set -eu
license_key='{{license_key}}'
app_name='{{app_name}}'
printf '%s\n' "${license_key}" "${app_name}" placed
