/** Stories of several machines, of other brokers, of machines that are not ours, and of the installer; beside each other, as they mostly wait. */
import "#test/agent/stories/commands.ts";
import "#test/agent/stories/files.ts";
import "#test/agent/stories/fleet.ts";
import "#test/agent/stories/foreign.ts";
import "#test/agent/stories/launcher.ts";
import "#test/agent/stories/mosquitto.ts";
import "#test/agent/stories/policy.ts";
import "#test/agent/stories/privacy.ts";
import "#test/agent/stories/receipts.ts";
import "#test/agent/stories/scanner.ts";
import "#test/agent/stories/slowBus.ts";
import "#test/agent/stories/update.ts";
import "#test/agent/stories/vault.ts";
