#!/bin/sh
# workerd whose console.log goes nowhere: the lines are written, but no reader has to be woken for each.
# Errors still arrive. exec keeps the process id that the bench measures.
exec "$BENCH_WORKERD" "$@" >/dev/null
