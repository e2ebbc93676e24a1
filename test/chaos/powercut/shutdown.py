"""Cuts a file system off its disk: FOLDER, then one number of microseconds per line; `ready` or `cut` is the answer to each.

XFS_IOC_GOINGDOWN, which ext4 knows too, with NOLOGFLUSH: what has not reached the disk by now never will.
"""

import fcntl
import os
import struct
import sys
import time

GOING_DOWN = 0x8004587D
NO_LOG_FLUSH = struct.pack("I", 2)

for line in sys.stdin:
    folder = os.open(sys.argv[1], os.O_RDONLY | os.O_DIRECTORY)
    try:
        print("ready", flush=True)
        time.sleep(int(line) / 1e6)
        fcntl.ioctl(folder, GOING_DOWN, NO_LOG_FLUSH)
    finally:
        os.close(folder)
    print("cut", flush=True)
