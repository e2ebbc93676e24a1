/** What stands before raw keys in DER, what SM2 hashes before a message, and the parts of a seal. */

/** SubjectPublicKeyInfo up to the raw key of 32 bytes, or the x and y of the point. */
const SPKI = {
  ed25519: "302a300506032b6570032100",
  sm2: "3059301306072a8648ce3d020106082a811ccf5501822d03420004",
} as const;

export const DER = {
  spki: SPKI,
  spkiBytes: { ed25519: 44, sm2: 91 },
  /** SubjectPublicKeyInfo up to the raw key of 32 bytes or the compressed point of 33. */
  holderSpki: {
    ed25519: SPKI.ed25519,
    es256: "3039301306072a8648ce3d020106082a8648ce3d030107032200",
    sm2: "3039301306072a8648ce3d020106082a811ccf5501822d032200",
  },
  /** Up to the raw key of 32 bytes. */
  x25519: { pkcs8: "302e020100300506032b656e04220420", spki: "302a300506032b656e032100" },
} as const;

export const SM2 = {
  /** Length in bits, then text, of the user ID that GM/T 0009 gives to signers without one of their own. */
  userId: "0080" + "31323334353637383132333435363738",
  /** a, b and the base point of the curve sm2p256v1 (GM/T 0003.5). */
  curve:
    "fffffffeffffffffffffffffffffffffffffffff00000000fffffffffffffffc" +
    "28e9fa9e9d9f5e344d5a9e4bcf6509a7f39789f515ab8f92ddbcbd414d940e93" +
    "32c4ae2c1f1981195f9904466a39c9948fe30bbff2660be1715a4589334c74c7" +
    "bc3736a2f4f6779c59bdcee36b692153d0a9877cc62a474002df32e52139f0a0",
} as const;

export const DIGEST_NAME = { ed25519: "sha256", sm2: "sm3" } as const;

/** Ephemeral X25519 key before, AES-GCM tag behind. */
export const SEAL = { keyBytes: 32, tagBytes: 16 } as const;

/** What a seal is for, and what is said beside it in clear: it opens for the same only. */
export interface SealedFor {
  readonly domain: string;
  readonly about: Uint8Array;
}
