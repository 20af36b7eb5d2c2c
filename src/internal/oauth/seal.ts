/**
 * Encryption of stored tokens: AES-GCM by Web Crypto, bound to the account.
 */
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Redacted from "effect/Redacted"
import { AuthError } from "../../PipedriveError.js"
import type { SealKey, SealOptions } from "../../TokenStore.js"
import { invalid, unsupported } from "../configError.js"

/** @internal */
export interface Seal {
  readonly close: (account: string, text: string) => Effect.Effect<string, AuthError>
  readonly open: (account: string, sealed: string) => Effect.Effect<string, AuthError>
}

interface Key {
  readonly id: string
  readonly crypto: CryptoKey
}

const version = "s1"

const bytesOf = (key: SealKey): Uint8Array | undefined => {
  const value: string | Uint8Array = Redacted.value<string | Uint8Array>(key)
  if (typeof value !== "string") return value
  const text = value.trim()
  const decoded = /^[0-9a-f]{64}$/i.test(text)
    ? Encoding.decodeHex(text.toLowerCase())
    : /[-_]/.test(text)
      ? Encoding.decodeBase64Url(text)
      : Encoding.decodeBase64(text)
  return Either.getOrUndefined(decoded)
}

const importKey = (key: SealKey, option: string): Effect.Effect<Key, ConfigError.ConfigError> => {
  const found = bytesOf(key)
  if (found === undefined || found.length !== 32) {
    const what = "must be 32 bytes, as bytes, in base64 or in hex (openssl rand -base64 32)"
    return invalid(option, what)
  }
  const bytes = new Uint8Array(found)
  return Effect.orElse(
    Effect.tryPromise(async () => {
      const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))
      return {
        id: Encoding.encodeHex(digest.subarray(0, 4)),
        crypto: await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"])
      }
    }),
    () => unsupported(option, "this runtime has no AES-GCM (Web Crypto)")
  )
}

/** @internal */
export const make = (options: SealOptions): Effect.Effect<Seal, ConfigError.ConfigError> =>
  Effect.gen(function* () {
    const current = yield* importKey(options.key, "seal.key")
    const previous = yield* Effect.forEach(options.previous ?? [], (key, i) => importKey(key, `seal.previous.${i}`))
    const keys = [current, ...previous]
    const encoder = new TextEncoder()
    const refuse = (account: string, why: string) =>
      Effect.fail(
        new AuthError({
          reason: "InvalidToken",
          description: `what is stored for account ${JSON.stringify(account)} ${why}. Clear it, or authorize again`
        })
      )
    return {
      close: (account, text) =>
        Effect.tryPromise({
          try: async () => {
            const iv = crypto.getRandomValues(new Uint8Array(12))
            const algorithm = { name: "AES-GCM", iv, additionalData: encoder.encode(account) }
            const sealed = await crypto.subtle.encrypt(algorithm, current.crypto, encoder.encode(text))
            const parts = [iv, new Uint8Array(sealed)].map((part) => Encoding.encodeBase64Url(part))
            return [version, current.id, ...parts].join(".")
          },
          catch: () => new AuthError({ reason: "TokenStore", description: "the token could not be sealed" })
        }),
      open: (account, sealed) => {
        const [format, id, iv, body, ...rest] = sealed.split(".")
        if (format !== version || id === undefined || iv === undefined || body === undefined || rest.length > 0) {
          return options.acceptUnsealed === true && sealed.startsWith("{")
            ? Effect.succeed(sealed)
            : refuse(account, "is not sealed")
        }
        const key = keys.find((one) => one.id === id)
        if (key === undefined) return refuse(account, `is sealed with a key that is not among those given (${id})`)
        return Effect.orElse(
          Effect.tryPromise(async () => {
            const nonce = new Uint8Array(Either.getOrThrow(Encoding.decodeBase64Url(iv)))
            const bytes = new Uint8Array(Either.getOrThrow(Encoding.decodeBase64Url(body)))
            const algorithm = { name: "AES-GCM", iv: nonce, additionalData: encoder.encode(account) }
            return new TextDecoder().decode(await crypto.subtle.decrypt(algorithm, key.crypto, bytes))
          }),
          () => refuse(account, "was sealed for another account, or tampered with")
        )
      }
    }
  })
