/**
 * Credentials are struck out of what is shown: by the names they stand under, by their form, and wherever they stand again.
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { isRecord } from "../model/view.js"

/** What stands in a credential's place. */
export const redacted = "<redacted>"

const telling = /token|secret|passw|pwd$|authorization|^xauth$|cookie|credential|apikey|privatekey|verifier$/
const harmless = /type$|hint$|expires?(in|at)?$|count$|limit$|remaining$|cost$/

/** Whether a credential stands under that name. */
export const isSecret = (name: string): boolean => {
  const plain = name.toLowerCase().replace(/[^a-z]/g, "")
  return telling.test(plain) && !harmless.test(plain)
}

/** A text this short is only struck out where nothing stands beside it: it may be part of a word. */
const shortest = 8

/** Deeper than any body of Pipedrive's, and far from where a stack ends. */
const deepest = 64

/** The tokens that the sandbox's OAuth server gives, and the codes. */
const forms = /v1u:[0-9a-f]{40,}|\d{1,20}:\d{1,20}:[0-9a-f]{40}/g
const userInfo = /(\/\/)[^/?#@\s"]{1,1000}@/g
const parameter = /([?&;][^=&#?;\s"]{1,100}=)([^&#;\s"]+)/g
const member = /("([^"\\]{1,100})"\s{0,20}:\s{0,20})"(?:[^"\\]|\\.)*"/g

/** Strikes known secrets out of a text, and what has the form of one. */
export const hideText = (text: string, secrets: ReadonlySet<string> = new Set()): string => {
  if (secrets.has(text)) return redacted
  if (text.length < shortest) return text
  let out = text
  for (const secret of secrets) if (secret.length >= shortest) out = out.replaceAll(secret, redacted)
  return out
    .replace(forms, redacted)
    .replace(userInfo, `$1${redacted}@`)
    .replace(parameter, (whole, start: string) => (isSecret(start.slice(1, -1)) ? `${start}${redacted}` : whole))
    .replace(member, (whole, start: string, name: string) => (isSecret(name) ? `${start}"${redacted}"` : whole))
}

/** Strikes secrets out of a value, however deep they stand; the texts under telling names whole. */
export const hide = (value: unknown, secrets: ReadonlySet<string> = new Set()): unknown => {
  const walk = (one: unknown, depth: number): unknown => {
    if (typeof one === "string") return hideText(one, secrets)
    if (typeof one !== "object" || one === null) return one
    if (depth > deepest) return "<too deep>"
    if (Array.isArray(one)) return one.map((item) => walk(item, depth + 1))
    return Object.fromEntries(
      Object.entries(one).map(([name, item]) => [
        hideText(name, secrets),
        isSecret(name) && item !== null && typeof item !== "boolean" ? redacted : walk(item, depth + 1)
      ])
    )
  }
  return walk(value, 0)
}

/** The value of `authorization`, and what it is made of. */
const ofHeader = (value: string): ReadonlyArray<string> => {
  const [, scheme = "", rest = ""] = /^(\S+)\s+(\S.*)$/.exec(value) ?? []
  if (scheme.toLowerCase() !== "basic") return [value, rest]
  const decoded = Either.getOrElse(Encoding.decodeBase64String(rest), () => "")
  return [value, rest, decoded, decoded.slice(decoded.indexOf(":") + 1)]
}

/** The texts that stand under telling names, so that they can be struck out where they stand again. */
export const collect = (value: unknown, into: Set<string>): void => {
  const walk = (one: unknown, secret: boolean, depth: number): void => {
    if (typeof one === "string") {
      if (secret) for (const part of ofHeader(one)) if (part !== "") into.add(part)
    } else if (depth <= deepest && typeof one === "object" && one !== null) {
      for (const [name, item] of Object.entries(one)) walk(item, secret || isSecret(name), depth + 1)
    }
  }
  if (isRecord(value) || Array.isArray(value)) walk(value, false, 0)
}
