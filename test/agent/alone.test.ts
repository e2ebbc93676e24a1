/** Stories of one agent each, with real chips and a real platform. They wait for most of their time, and so run beside each other. */
import "#test/agent/stories/chipOutages.ts";
import "#test/agent/stories/hardCauses.ts";
import "#test/agent/stories/journalLost.ts";
import "#test/agent/stories/outages.ts";
import "#test/agent/stories/restoredDisk.ts";
import "#test/agent/stories/scans.ts";
