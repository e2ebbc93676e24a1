/**
 * Where PROVISION is handed in. `taken`: the chip is a device's own from its next boot on; `repeated`: the very block that made it one;
 * `closed`: it is somebody's already.
 */
export interface ProvisionDesk {
  take(words: Uint16Array): "taken" | "repeated" | "closed" | "badValue";
}
