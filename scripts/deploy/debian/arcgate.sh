#!/bin/sh
exec /usr/bin/node /usr/lib/arcgate/arcgate.mjs "$@"
