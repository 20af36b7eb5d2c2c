/**
 * Keeps other web pages out: they can neither read the sandbox's own pages nor act through them.
 */
import type { Incoming } from "../http/messages.js"

const hostOf = (url: string): string | undefined => (URL.canParse(url) ? new URL(url).host : undefined)

/**
 * Names that no one else can point to this machine. Any other name may be a web page's own, whose address it changed to this
 * machine's after it was loaded (DNS rebinding).
 */
const isSafeName = (hostname: string): boolean =>
  /^(localhost|.+\.localhost|\d+\.\d+\.\d+\.\d+|\[[0-9a-f:.]+\])$/.test(hostname)

/** Why a request to a page is refused. */
export const refusal = (incoming: Incoming, baseUrl: string): string | undefined => {
  const own = hostOf(baseUrl)
  const host = hostOf(`http://${incoming.headers.host ?? ""}`)
  if (host === undefined) return "The request has no valid Host."
  if (host !== own && !isSafeName(host.replace(/:\d+$/, ""))) {
    return `This page is not served as ${host}: open it by IP address, as localhost, or set baseUrl to that name.`
  }
  if (incoming.method === "GET" || incoming.method === "HEAD") return undefined
  const { origin, "sec-fetch-site": site } = incoming.headers
  const from = origin === undefined ? host : hostOf(origin)
  const foreign = (from !== host && from !== own) || (site !== undefined && site !== "same-origin" && site !== "none")
  return foreign ? "A page of another origin must not control the sandbox." : undefined
}
