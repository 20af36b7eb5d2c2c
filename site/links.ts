/**
 * Addresses within the site, and the check that none leads nowhere.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join, posix } from "node:path"
import type { Example } from "./examples.js"

/** The playground with an example in it. */
export const playground = ({ call, module, version }: Example): string =>
  `/playground.html#${new URLSearchParams({ from: `${version}.${module}`, call }).toString().replaceAll("+", "%20").replaceAll("(", "%28").replaceAll(")", "%29")}`

/** The anchor of a heading, as code hosts make it, so that a link works in the repository and on the site. */
export const slug = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
    .replaceAll(/\s/g, "-")

// -----------------------------------------------------------------------------
// links that lead nowhere
// -----------------------------------------------------------------------------

const attribute = (html: string, names: string): ReadonlyArray<string> =>
  Array.from(html.matchAll(new RegExp(`\\s(?:${names})="([^"]*)"`, "g")), ([, value = ""]) =>
    value.replaceAll("&amp;", "&")
  )

/** Links of a built site to pages, files and anchors that are not there. Other hosts are not asked. */
export const brokenLinks = (folder: string): ReadonlyArray<string> => {
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).map((file) => file.replaceAll("\\", "/"))
  const pages = files.filter((file) => file.endsWith(".html"))
  const known = new Set(files)
  const texts = new Map(pages.map((page) => [page, readFileSync(join(folder, page), "utf8")]))
  const anchors = new Map([...texts].map(([page, html]) => [page, new Set(attribute(html, "id"))]))
  return [...texts].flatMap(([page, html]) =>
    [...new Set(attribute(html, "href|src"))].flatMap((link) => {
      if (/^(https?:|data:|mailto:)/.test(link)) return []
      if (link.startsWith("/")) return [`${page}: ${link} is not relative`]
      const [path = "", anchor = ""] = link.split("#")
      const asked = path === "" ? page : posix.normalize(posix.join(posix.dirname(page), decodeURIComponent(path)))
      const target = asked === "." ? "index.html" : asked.endsWith("/") ? `${asked}index.html` : asked
      if (!known.has(target)) return [`${page}: ${link}`]
      // what stands behind the playground's # is a program
      if (anchor === "" || target === "playground.html" || !target.endsWith(".html")) return []
      return anchors.get(target)?.has(decodeURIComponent(anchor)) === true ? [] : [`${page}: ${link} (no such anchor)`]
    })
  )
}
