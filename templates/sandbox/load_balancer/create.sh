#!/bin/sh
# Pretends to create the resource. Everything comes through the environment.
set -eu

printf '%s\n' "listening on $SANDBOX_LISTENER in $SANDBOX_REGION"
sleep "$SANDBOX_PAUSE"

case ",$SANDBOX_FAIL," in
*",$SANDBOX_RESOURCE,"*)
  printf '%s\n' "the sandbox was told to fail $SANDBOX_RESOURCE" >&2
  exit 1
  ;;
esac

if [ -n "$SANDBOX_COUNTER" ]; then
  printf '%s\n' "$SANDBOX_RESOURCE" >>"$SANDBOX_COUNTER"
fi

sleep "$SANDBOX_PAUSE"
printf '%s\n' "sending requests to $SANDBOX_TARGETS"
