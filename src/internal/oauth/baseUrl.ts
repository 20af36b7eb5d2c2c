/**
 * What Auth and OAuth2 share. Auth reads OAuth2's configuration, so OAuth2 cannot import Auth.
 */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { Auth, Service } from "../../Auth.js"
import { invalid } from "../configError.js"

/** @internal */
export const authKey = "effect-pipedrive/Auth"

/** The tag of Auth: tags are the same by their key. @internal */
export const authTag: Context.Tag<Auth, Service> = /*#__PURE__*/ Context.GenericTag<Auth, Service>(authKey)

/** @internal */
export const defaultBaseUrl = "https://api.pipedrive.com"

/** Which base URLs are accepted. @internal */
export interface UrlPolicy {
  /** Accepts `http:` for any host, although credentials and data can be read in transit. */
  readonly allowInsecureHttp?: boolean | undefined
}

/**
 * Hosts for which `http:` is accepted: this machine, private addresses, and names outside public DNS (one label, as in Docker,
 * or a reserved top-level domain).
 */
const isPrivate = (hostname: string): boolean =>
  /^(127\.|10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.)[\d.]+$/.test(hostname) ||
  /^\[(::1|f[cd][0-9a-f]{2}:.*)\]$/.test(hostname) ||
  /^[a-z0-9_-]*[a-z_-][a-z0-9_-]*$/.test(hostname) ||
  /\.(localhost|test|local|internal|home\.arpa)\.?$/.test(hostname)

/** @internal */
export const parseBaseUrl = (
  url: string | URL,
  policy: UrlPolicy = {},
  option = "baseUrl"
): Effect.Effect<string, ConfigError.ConfigError> =>
  Effect.suspend(() => {
    const refuse = (why: string) => invalid(option, `${why}: ${JSON.stringify(String(url))}`)
    if (!URL.canParse(String(url))) return invalid(option, "is not a URL, which begins with https://")
    const parsed = new URL(String(url))
    if (parsed.username !== "" || parsed.password !== "") {
      return invalid(option, "must not hold a user or password")
    }
    if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return refuse("must be an http or https URL")
    if (parsed.protocol === "http:" && policy.allowInsecureHttp !== true && !isPrivate(parsed.hostname)) {
      return refuse(
        "must be https: over http anybody on the way reads the credentials (localhost and private hosts are taken; for others set allowInsecureHttp, or PIPEDRIVE_ALLOW_INSECURE_HTTP)"
      )
    }
    if (parsed.search !== "" || parsed.hash !== "") return refuse("must not have a query or fragment")
    return Effect.succeed(parsed.origin + parsed.pathname.replace(/\/+$/, "").replace(/\/(api\/v[12]|v1)$/, ""))
  })

/** Reads {@link UrlPolicy} from the environment. @internal */
export const urlPolicyConfig: Config.Config<UrlPolicy> = /*#__PURE__*/ Config.map(
  /*#__PURE__*/ Config.withDefault(/*#__PURE__*/ Config.boolean("PIPEDRIVE_ALLOW_INSECURE_HTTP"), false),
  (allowInsecureHttp) => ({ allowInsecureHttp })
)
