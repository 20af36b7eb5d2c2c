/**
 * Redaction of credentials in logs and pages: by the name of their field, by their format, and by their value.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { isRecord } from "../model/view.js"

/** The placeholder of a credential. */
export const redacted = "<redacted>"

const secretNames = /token|secret|passw|pwd$|authorization|^xauth$|cookie|credential|apikey|privatekey|verifier$/
const otherNames = /type$|hint$|expires?(in|at)?$|count$|limit$|remaining$|cost$/

/** Whether a field of that name holds a credential. */
export const isSecret = (name: string): boolean => {
  const plain = name.toLowerCase().replace(/[^a-z]/g, "")
  return secretNames.test(plain) && !otherNames.test(plain)
}

/** A shorter secret is redacted only if it is the whole text: it may be part of a word. */
const minSearchedLength = 8

/** Deeper than any body of Pipedrive's, and far below the stack limit. */
const maxDepth = 64

/** The formats of tokens and codes of the sandbox's OAuth server. */
const tokenFormats = /v1u:[0-9a-f]{40,}|\d{1,20}:\d{1,20}:[0-9a-f]{40}/g
const userInfo = /(\/\/)[^/?#@\s"]{1,1000}@/g
const queryParameter = /([?&;][^=&#?;\s"]{1,100}=)([^&#;\s"]+)/g
const jsonMember = /("([^"\\]{1,100})"\s{0,20}:\s{0,20})"(?:[^"\\]|\\.)*"/g

/** Redacts known secrets in a text, and everything in the format of one. */
export const redactText = (text: string, secrets: ReadonlySet<string> = new Set()): string => {
  if (secrets.has(text)) return redacted
  if (text.length < minSearchedLength) return text
  let out = text
  for (const secret of secrets) if (secret.length >= minSearchedLength) out = out.replaceAll(secret, redacted)
  return out
    .replace(tokenFormats, redacted)
    .replace(userInfo, `$1${redacted}@`)
    .replace(queryParameter, (whole, start: string) => (isSecret(start.slice(1, -1)) ? `${start}${redacted}` : whole))
    .replace(jsonMember, (whole, start: string, name: string) => (isSecret(name) ? `${start}"${redacted}"` : whole))
}

/** Redacts secrets in a value at any depth; fields with secret names as a whole. */
export const redact = (value: unknown, secrets: ReadonlySet<string> = new Set()): unknown => {
  const walk = (one: unknown, depth: number): unknown => {
    if (typeof one === "string") return redactText(one, secrets)
    if (typeof one !== "object" || one === null) return one
    if (depth > maxDepth) return "<too deep>"
    if (Array.isArray(one)) return one.map((item) => walk(item, depth + 1))
    return Object.fromEntries(
      Object.entries(one).map(([name, item]) => [
        redactText(name, secrets),
        isSecret(name) && item !== null && typeof item !== "boolean" ? redacted : walk(item, depth + 1)
      ])
    )
  }
  return walk(value, 0)
}

/** The value of `authorization`, and its parts. */
const authorizationParts = (value: string): ReadonlyArray<string> => {
  const [, scheme = "", rest = ""] = /^(\S+)\s+(\S.*)$/.exec(value) ?? []
  if (scheme.toLowerCase() !== "basic") return [value, rest]
  const decoded = Either.getOrElse(Encoding.decodeBase64String(rest), () => "")
  return [value, rest, decoded, decoded.slice(decoded.indexOf(":") + 1)]
}

/** Collects the texts of fields with secret names, to redact them everywhere else. */
export const collect = (value: unknown, into: Set<string>): void => {
  const walk = (one: unknown, secret: boolean, depth: number): void => {
    if (typeof one === "string") {
      if (secret) for (const part of authorizationParts(one)) if (part !== "") into.add(part)
    } else if (depth <= maxDepth && typeof one === "object" && one !== null) {
      for (const [name, item] of Object.entries(one)) walk(item, secret || isSecret(name), depth + 1)
    }
  }
  if (isRecord(value) || Array.isArray(value)) walk(value, false, 0)
}
