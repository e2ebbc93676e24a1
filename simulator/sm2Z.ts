/** What SM2 hashes before a message (GM/T 0003.2, 5.5), for those who sign. */
import { digestOf } from "#protocol/crypto.ts";

/** GM/T 0009: user id length in bits, user id, the curve's a, b, G, then the public key. */
const SM2_PARAMETERS = Buffer.from(
  [
    "FFFFFFFEFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF00000000FFFFFFFFFFFFFFFC",
    "28E9FA9E9D9F5E344D5A9E4BCF6509A7F39789F515AB8F92DDBCBD414D940E93",
    "32C4AE2C1F1981195F9904466A39C9948FE30BBFF2660BE1715A4589334C74C7",
    "BC3736A2F4F6779C59BDCEE36B692153D0A9877CC62A474002DF32E52139F0A0",
  ].join(""),
  "hex",
);

/** `point` is x ‖ y, 64 bytes. */
export function sm2Z(point: Uint8Array): Uint8Array {
  const userId = Buffer.from("1234567812345678", "ascii");
  return digestOf("sm2", Buffer.from("0080", "hex"), userId, SM2_PARAMETERS, point);
}
