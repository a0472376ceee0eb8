#!/bin/sh
# Run a command on a Windows of its own, without a network: alone.sh FOLDER COMMAND...
#
# FOLDER is the one that setup.sh made; drive C: and registry are as they are there, and what is changed in them is gone at
# the end (until then it lies in /run/upper). DISPLAY is a screen of its own. Needs root and Xvfb.
exec unshare --net --mount --pid --fork --kill-child --mount-proc sh -euc '
  folder=$1
  shift
  ip link set lo up
  mount -t tmpfs alone /run
  mkdir -m 700 -p /run/upper /run/work /tmp/.wine-0
  mount -t overlay overlay -o "lowerdir=$folder,upperdir=/run/upper,workdir=/run/work" "$folder"
  mount -t tmpfs -o mode=700 alone /tmp/.wine-0  # where Wine looks for a server that runs already
  Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>/run/display 2>/dev/null &
  until [ -s /run/display ]; do sleep 0.1; done
  DISPLAY=:$(cat /run/display)
  export DISPLAY
  "$@"
' sh "$@"
