/** Stories of several machines, of other brokers, and of machines that are not ours; beside each other, as they wait for most of their time. */
import "#test/agent/stories/fleet.ts";
import "#test/agent/stories/mosquitto.ts";
import "#test/agent/stories/slowBus.ts";
