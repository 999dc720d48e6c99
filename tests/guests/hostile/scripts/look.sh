#!/bin/sh
# host-script: look
# Gets no secret, and shows what is on the machine.
set -eu
cat /etc/host-agents
